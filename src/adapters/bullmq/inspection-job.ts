import { z } from 'zod';
import { parseFileId, parseTenantId } from '../../domain/ids.js';
import { JOB_PRIORITIES } from '../../domain/job-priority.js';
import type { InspectionJob } from '../../ports/job-queue.js';

/** Name of the BullMQ queue. */
export const INSPECTION_QUEUE = 'inspection';

/** First part of every key: the braces keep the keys of all queues in one slot of a cluster, as BullMQ's scripts need. */
export const QUEUE_PREFIX = '{lazaret}';

const MAX_TEXT = 256;

/** The payload as it stands in Redis. Whoever can write there is not trusted: it is read through this alone. */
export const inspectionPayload = z.object({
  tenantId: z.string().transform((text, context) => parseTenantId(text) ?? refuse(context)),
  fileId: z.string().transform((text, context) => parseFileId(text) ?? refuse(context)),
  attempt: z.int().min(0),
  priority: z.enum(JOB_PRIORITIES),
  sizeBytes: z.int().min(0).exactOptional(),
  correlationId: z.string().min(1).max(MAX_TEXT),
  traceparent: z.string().max(MAX_TEXT).exactOptional(),
});

/** Of whom a payload speaks, whatever else is wrong with it. */
export const jobSubject = inspectionPayload.pick({ tenantId: true, fileId: true });

/** Of whom a payload speaks. */
export type JobSubject = z.output<typeof jobSubject>;

/** Identity of a job: the same while the same inspection waits. BullMQ forbids `:` in it. */
export const jobIdOf = ({ fileId, attempt }: Pick<InspectionJob, 'fileId' | 'attempt'>): string =>
  `${fileId}-${String(attempt)}`;

function refuse(context: { addIssue(message: string): void }): never {
  context.addIssue('must be a UUID');
  return z.NEVER;
}
