import { and, asc, eq, gt, sql } from 'drizzle-orm';
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
import { given, prepared, type Prepared } from './prepared.js';
import { GIVEN_STEPS, insertSteps } from './saga-log.js';

/** Writes what happened beside the change itself: for subscribers and the relay, and for the audit trail. */
export async function recordChange(context: FileScope, from: FileState | null, file: File): Promise<void> {
  const { id, version, state, priority, attempt } = file;
  traceFile({ tenantId: context.scope.tenantId, fileId: id });
  const entries = entriesOfChange(from, file);
  // Nobody who reads the history needs the store's handle.
  const snapshot = toSnapshot({ ...file, ingestHandle: null });
  const event = { id, version, from, state, priority, attempt, snapshot, occurredAt: file.updatedAt };
  const isQuarantined = from !== 'INFECTED' && state === 'INFECTED';
  const insert = isQuarantined ? insertQuarantined : entries.length > 0 ? insertWithSteps : insertAlone;
  await insert(context, { ...event, action: `file.${state}`, entries });
}

const insertAlone = insertion({ hasSteps: false });
const insertWithSteps = insertion({ hasSteps: true });
const insertQuarantined = insertion({ hasSteps: true, alsoAudits: 'quarantine.QUARANTINED' });

/** One round trip for all: every change makes it while it holds its locks. */
function insertion({ hasSteps, alsoAudits }: { hasSteps: boolean; alsoAudits?: string }): Prepared<unknown> {
  const actions = [
    given<string>('action'),
    ...(alsoAudits === undefined ? [] : [sql<string>`${alsoAudits}`]),
  ];
  return prepared((db) => {
    const parts = hasSteps ? [db.$with('step', {}).as(insertSteps(GIVEN_STEPS))] : [];
    return db
      .with(db.$with('event').as(db.insert(events).values(GIVEN_EVENT)), ...parts)
      .insert(audit)
      .values(actions.map((action) => ({ ...GIVEN_CHANGE, subject: given('subject'), action })));
  });
}

const GIVEN_CHANGE = {
  tenantId: given<string>('tenantId'),
  fileId: given<string>('id'),
  version: given<number>('version'),
  correlationId: given<string>('correlationId'),
};
const GIVEN_EVENT = {
  ...GIVEN_CHANGE,
  fromState: given<string>('from'),
  toState: given<string>('state'),
  priority: given<string>('priority'),
  attempt: given<number>('attempt'),
  snapshot: given('snapshot'),
  occurredAt: given<Date>('occurredAt'),
  traceparent: given<string>('traceparent'),
};

/** Reading the numbered history of the tenant. */
export const createHistory = ({
  sql: db,
  scope,
}: FileScope): Pick<FileTransaction, 'eventsAfter' | 'lastSequence'> => ({
  eventsAfter: async (sequence, limit) => {
    const rows = await db
      .select()
      .from(events)
      .where(and(eq(events.tenantId, scope.tenantId), gt(events.sequence, sequence)))
      .orderBy(asc(events.sequence))
      .limit(limit);
    return rows.map(toEvent);
  },
  lastSequence: async () => {
    const [head] = await db
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
