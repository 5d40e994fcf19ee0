import { sql } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import type { Priority } from '../../domain/file.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import { shareTurns, type Lane } from '../../domain/turns.js';
import type { InspectionJob } from '../../ports/job-queue.js';
import type { Turns, WaitingRoom } from '../../ports/waiting-room.js';
import type { Database } from './database.js';
import type { Sql } from './session.js';

/** Any number, the same in every process that hands out. */
const TURNS_LOCK = 7_265_182_414;
/** Most turns of one run; numbers of turns grow by as much with every run. */
const MAX_TURNS = 1_000;

const NOBODY: Turns = { jobs: [], isBacklogged: true };

/** `now()` stands still in a transaction, so that an index can be asked for it. */
const isFree = sql`(lease_until is null or lease_until <= now())`;
const isWaiting = sql`state = 'SCANNING' and queue_number is null`;
const isHeld = sql`state = 'SCANNING' and queue_number is not null`;

/** The waiting room over the files in SCANNING. Needs a pool that logs in as `lazaret_system`. */
export const createWaitingRoom = (database: Database): WaitingRoom => ({
  takeTurns: (window) =>
    database.transaction({ kind: 'system' }, async ({ sql: db }) => {
      if (!(await becomeUsher(db))) return NOBODY;
      const queues = await findQueues(db, window);
      const turns = shareTurns(queues, window, MAX_TURNS);
      const next = inOrder(turns);
      return {
        jobs: next.length === 0 ? [] : await take(db, next),
        isBacklogged: queues.some((queue) => queue.waiting > (turns.get(queue) ?? 0)),
      };
    }),
});

/** One process at a time, until its transaction ends. A statement of its own: the next one sees what the last has taken. */
async function becomeUsher(db: Sql): Promise<boolean> {
  const [row] = await db.execute<{ locked: boolean }>(
    sql`select pg_try_advisory_xact_lock(${TURNS_LOCK}::bigint) as locked`,
  );
  return row?.locked === true;
}

/** A lane with those that are first in it. */
interface Queue extends Lane {
  readonly first: readonly Candidate[];
}

type Candidate = Record<'tenant_id' | 'id' | 'priority' | 'due', string>;

/** Nobody gets more than an equal share of the window in one run, so that many and one more of each lane are looked at. */
async function findQueues(db: Sql, window: number): Promise<Queue[]> {
  const lanes = await findLanes(db);
  const share = Math.ceil(window / Math.max(1, lanes.length)) + 1;
  const candidates = await db.execute<Candidate>(sql`
    select file.tenant_id, file.id, file.priority, extract(epoch from file.next_attempt_at) as due
    from unnest(${listOf(lanes.map((lane) => lane.tenantId))}::uuid[], ${listOf(lanes.map((lane) => lane.priority))}::text[])
      as lane (tenant_id, priority)
    cross join lateral (
      select tenant_id, id, priority, next_attempt_at from ${files} as file
      where file.tenant_id = lane.tenant_id and file.priority = lane.priority and ${isWaiting}
        and next_attempt_at <= now() and ${isFree}
      order by next_attempt_at, id limit ${share}::int) as file`);
  const byLane = Map.groupBy(candidates, (file) => `${file.tenant_id} ${file.priority}`);
  return lanes.map((lane) => {
    const first = byLane.get(`${lane.tenantId} ${lane.priority}`) ?? [];
    return { ...lane, first, waiting: first.length };
  });
}

/** From one lane to the next in the index: as many steps as there are lanes, however many files wait in each. */
async function findLanes(db: Sql): Promise<Omit<Lane, 'waiting'>[]> {
  const rows = await db.execute<Record<'tenant_id' | 'priority' | 'held', string>>(sql`
    with recursive lane as (
      (select tenant_id, priority from ${files} where ${isWaiting} order by tenant_id, priority limit 1)
      union all
      select next.tenant_id, next.priority from lane cross join lateral (
        select tenant_id, priority from ${files} where ${isWaiting} and (tenant_id, priority) > (lane.tenant_id, lane.priority)
        order by tenant_id, priority limit 1) as next
    ), held as (
      select tenant_id, priority, count(*) as held from ${files} where ${isHeld} and ${isFree} group by tenant_id, priority
    )
    select tenant_id, priority, coalesce(held, 0) as held from lane full join held using (tenant_id, priority)`);
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    priority: row.priority as Priority,
    held: Number(row.held),
  }));
}

/** Who holds fewest places comes first, and of those who hold as many, who waits longest. */
function inOrder(turns: ReadonlyMap<Queue, number>): Candidate[] {
  const taken = [...turns].flatMap(([{ first, held }, count]) =>
    first.slice(0, count).map((file, index) => ({ file, place: held + index })),
  );
  taken.sort((a, b) => a.place - b.place || Number(a.file.due) - Number(b.file.due));
  return taken.map(({ file }) => file);
}

async function take(db: Sql, next: readonly Candidate[]): Promise<InspectionJob[]> {
  const rows = await db.execute<TurnRow>(sql`
    with next as (select (select nextval('queue_numbers')) + place as number, tenant_id, id from unnest(
      ${listOf(next.map((file) => file.tenant_id))}::uuid[], ${listOf(next.map((file) => file.id))}::uuid[])
      with ordinality as next (tenant_id, id, place))
    update ${files} as file set queue_number = next.number from next
    where file.tenant_id = next.tenant_id and file.id = next.id and ${isWaiting}
    returning file.tenant_id, file.id, attempt, priority, size_bytes, correlation_id, traceparent, queue_number`);
  return rows.toSorted((a, b) => Number(a.queue_number) - Number(b.queue_number)).map(jobOf);
}

type TurnRow = Record<'tenant_id' | 'id' | 'priority' | 'correlation_id' | 'queue_number', string> &
  Record<'attempt', number> &
  Record<'traceparent' | 'size_bytes', string | null>;

const jobOf = (row: TurnRow): InspectionJob => ({
  tenantId: row.tenant_id as TenantId,
  fileId: row.id as FileId,
  attempt: row.attempt,
  priority: row.priority as Priority,
  correlationId: row.correlation_id,
  ...(row.size_bytes === null ? {} : { sizeBytes: Number(row.size_bytes) }),
  ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
});

/** An array for the database; neither ids nor priorities need quotes. */
const listOf = (items: readonly string[]): string => `{${items.join(',')}}`;
