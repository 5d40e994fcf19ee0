import { and, asc, isNotNull, isNull, sql } from 'drizzle-orm';
import { eventHeads, events } from '../../../db/schema/events.js';
import type { FileState } from '../../domain/file-state.js';
import type { Priority } from '../../domain/file.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import type { Outbox, OutboxEntry } from '../../ports/outbox.js';
import type { Database } from './database.js';
import { databaseNow } from './file-scope.js';
import type { Sql } from './session.js';

/** Any number, the same in every process that numbers. */
const NUMBERING_LOCK = 7_265_182_412;

/** The outbox over the events that transactions leave behind. Needs a pool that logs in as `lazaret_system`. */
export const createOutbox = (database: Database): Outbox => ({
  take: (limit) =>
    database.transaction({ kind: 'system' }, async ({ sql: db }) => {
      if (!(await becomeNumberer(db))) return [];
      const [, entries] = await Promise.all([numberCommitted(db, limit), unpublished(db, limit)]);
      return entries;
    }),
  markPublished: (ids) =>
    database.transaction({ kind: 'system' }, async ({ sql: db }) => {
      if (ids.length === 0) return [];
      const marked = await db
        .update(events)
        .set({ publishedAt: databaseNow })
        .where(and(sql`${events.id} = any(${toArray(ids)}::bigint[])`, isNull(events.publishedAt)))
        .returning({ id: events.id });
      return marked.map(({ id }) => id);
    }),
});

const toArray = (ids: readonly bigint[]): string => `{${ids.join(',')}}`;

/**
 * One process at a time, until its transaction ends. Must be a statement of its own: the next one then sees
 * everything that the process before has numbered.
 */
async function becomeNumberer(db: Sql): Promise<boolean> {
  const [row] = await db.execute<{ locked: boolean }>(
    sql`select pg_try_advisory_xact_lock(${NUMBERING_LOCK}::bigint) as locked`,
  );
  return row?.locked === true;
}

/** Events get their numbers in the order of their ids, which for one file is that of its changes. */
async function numberCommitted(db: Sql, limit: number): Promise<void> {
  await db.execute(sql`
    with fresh as (
      select id, tenant_id from ${events} where sequence is null order by id limit ${limit}::bigint
    ), ranked as (
      select id, tenant_id, row_number() over (partition by tenant_id order by id) as rank from fresh
    ), heads as (
      insert into ${eventHeads} as head (tenant_id, last_sequence)
      select tenant_id, count(*) from fresh group by tenant_id
      on conflict (tenant_id) do update set last_sequence = head.last_sequence + excluded.last_sequence
      returning tenant_id, last_sequence
    )
    update ${events} as event
    set sequence = heads.last_sequence - (select count(*) from fresh where fresh.tenant_id = heads.tenant_id) + ranked.rank
    from ranked join heads using (tenant_id)
    where event.id = ranked.id`);
}

async function unpublished(db: Sql, limit: number): Promise<OutboxEntry[]> {
  const { id, tenantId, fileId, fromState, toState, priority, attempt, correlationId, traceparent } = events;
  const rows = await db
    .select({ id, tenantId, fileId, fromState, toState, priority, attempt, correlationId, traceparent })
    .from(events)
    .where(and(isNull(events.publishedAt), isNotNull(events.sequence)))
    .orderBy(asc(events.id))
    .limit(limit);
  return rows.map((row) => ({
    id: row.id,
    tenantId: row.tenantId as TenantId,
    fileId: row.fileId as FileId,
    from: row.fromState as FileState | null,
    to: row.toState as FileState,
    priority: row.priority as Priority,
    attempt: row.attempt,
    correlationId: row.correlationId,
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  }));
}
