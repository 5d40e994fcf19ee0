import { and, asc, eq, gt } from 'drizzle-orm';
import { audit } from '../../../db/schema/audit.js';
import { eventHeads, events } from '../../../db/schema/events.js';
import type { FileEvent } from '../../domain/events.js';
import { fromSnapshot, toSnapshot, type FileSnapshot } from '../../domain/file-snapshot.js';
import type { FileState } from '../../domain/file-state.js';
import type { File } from '../../domain/file.js';
import { entriesOfChange } from '../../domain/saga-entry.js';
import { traceFile } from '../../observability/tracing.js';
import type { FileTransaction } from '../../ports/file-store.js';
import type { FileScope } from './file-scope.js';
import { insertSteps } from './saga-log.js';

/** Writes what happened beside the change itself: for subscribers and the relay, and for the audit trail. */
export async function recordChange(context: FileScope, from: FileState | null, file: File): Promise<void> {
  const { sql } = context;
  const { tenantId, correlationId, traceparent, subject } = context.scope;
  const { id: fileId, version } = file;
  traceFile({ tenantId, fileId });
  const event = sql.insert(events).values({
    tenantId,
    fileId,
    version,
    fromState: from,
    toState: file.state,
    priority: file.priority,
    attempt: file.attempt,
    // Nobody who reads the history needs the store's handle.
    snapshot: toSnapshot({ ...file, ingestHandle: null }),
    occurredAt: file.updatedAt,
    correlationId,
    traceparent: traceparent ?? null,
  });
  const entries = entriesOfChange(from, file);
  const steps = insertSteps(context, fileId, entries);
  const parts = entries.length > 0 ? [sql.$with('step', {}).as(steps)] : [];
  const entered = from !== 'INFECTED' && file.state === 'INFECTED' ? ['quarantine.QUARANTINED'] : [];
  const actions = [`file.${file.state}`, ...entered];
  // One round trip for all: every change makes it while it holds its locks.
  await sql
    .with(sql.$with('event').as(event), ...parts)
    .insert(audit)
    .values(actions.map((action) => ({ tenantId, subject, action, fileId, version, correlationId })));
}

/** Reading the numbered history of the tenant. */
export const createHistory = ({
  sql,
  scope,
}: FileScope): Pick<FileTransaction, 'eventsAfter' | 'lastSequence'> => ({
  eventsAfter: async (sequence, limit) => {
    const rows = await sql
      .select()
      .from(events)
      .where(and(eq(events.tenantId, scope.tenantId), gt(events.sequence, sequence)))
      .orderBy(asc(events.sequence))
      .limit(limit);
    return rows.map(toEvent);
  },
  lastSequence: async () => {
    const [head] = await sql
      .select({ lastSequence: eventHeads.lastSequence })
      .from(eventHeads)
      .where(eq(eventHeads.tenantId, scope.tenantId));
    return head?.lastSequence ?? 0;
  },
});

const toEvent = (row: typeof events.$inferSelect): FileEvent => ({
  sequence: row.sequence ?? 0,
  from: row.fromState as FileState | null,
  to: row.toState as FileState,
  file: fromSnapshot(row.snapshot as FileSnapshot),
  occurredAt: row.occurredAt,
  correlationId: row.correlationId,
  traceparent: row.traceparent,
});
