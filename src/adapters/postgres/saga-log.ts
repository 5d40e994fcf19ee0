import { and, asc, desc, eq, getTableColumns, inArray, min, sql, type SQL } from 'drizzle-orm';
import { sagaSteps } from '../../../db/schema/saga-steps.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import type { LoggedStep, SagaCause, SagaName, StepName, StepOutcome } from '../../domain/saga.js';
import type { SagaLogTransaction } from '../../ports/saga-log.js';
import type { FileScope } from './file-scope.js';
import { given } from './prepared.js';

/** What became of the steps of sagas. Rows are added, and never changed or removed. */
export const createSagaLog = (context: FileScope): Pick<SagaLogTransaction, 'logSteps' | 'sagaSteps'> => ({
  logSteps: async (id, entries) => {
    if (entries.length === 0) return;
    const { tenantId, correlationId } = context.scope;
    await context.sql.execute(insertSteps({ tenantId, correlationId, id, entries: JSON.stringify(entries) }));
  },
  sagaSteps: async (id, maxRuns, names) => {
    const { sql: db } = context;
    const isMeant = names && inArray(sagaSteps.saga, [...names]);
    const newest = db
      .select({ saga: sagaSteps.saga, run: sagaSteps.run })
      .from(sagaSteps)
      .where(and(isOf(context, id), isMeant))
      .groupBy(sagaSteps.saga, sagaSteps.run)
      .orderBy(desc(min(sagaSteps.id)))
      .limit(maxRuns)
      .as('newest');
    const rows = await db
      .select(getTableColumns(sagaSteps))
      .from(sagaSteps)
      .innerJoin(newest, and(eq(newest.saga, sagaSteps.saga), eq(newest.run, sagaSteps.run)))
      .where(isOf(context, id))
      .orderBy(asc(sagaSteps.id));
    return rows.map(toStep);
  },
});

/** What entries are written with: values, or what stands for them. */
interface Entering {
  readonly tenantId: SQL | TenantId;
  readonly correlationId: SQL | string;
  readonly id: SQL | FileId;
  /** Entries as JSON. */
  readonly entries: SQL | string;
}

/** What stands for them in a statement that is prepared. */
export const GIVEN_STEPS: Entering = {
  tenantId: given('tenantId'),
  correlationId: given('correlationId'),
  id: given('id'),
  entries: given('entries'),
};

/** A row of another part of the same statement, without which nothing is written, and the run that it names. */
interface Origin {
  readonly from: SQL;
  readonly run?: SQL;
}

/** Lines of one step after which its failures are written no more: a store may come and go for days. */
const MAX_LINES = 20;

const ENTRY_COLUMNS = sql.raw(
  'saga text, run text, step text, outcome text, cause text, "after" text[], "afterStep" text',
);

/**
 * The statement that adds entries, to be run alone or as a part of another. It sees the log as it was before that
 * statement; where an entry holds for a step that came to something, that is what came last. Two processes may write the
 * same end at once: the second one waits for the first and writes nothing.
 */
export function insertSteps(
  { tenantId, correlationId, id, entries }: Entering,
  { from, run = sql`null` }: Origin = { from: sql`(select) origin` },
): SQL {
  return sql`insert into ${sagaSteps} (tenant_id, file_id, saga, run, step, outcome, cause, correlation_id)
    with entry as (
      select * from rows from (jsonb_to_recordset(${entries}::jsonb) as (${ENTRY_COLUMNS}))
        with ordinality as entry (saga, run, step, outcome, cause, after_outcomes, after_step, place)
    ), last as (
      select distinct on (saga, run, step) saga, run, step, outcome, cause, count(*) over (partition by saga, run, step) as lines
      from ${sagaSteps}
      where tenant_id = ${tenantId}::uuid and file_id = ${id}::uuid order by saga, run, step, id desc
    )
    select ${tenantId}::uuid, ${id}::uuid, entry.saga, coalesce(entry.run, stands.run, ${run}::text), entry.step,
      entry.outcome, entry.cause, ${correlationId}
    from ${from} cross join entry
    left join last stands on stands.saga = entry.saga and stands.step = coalesce(entry.after_step, entry.step)
      and stands.run = coalesce(entry.run, stands.run) and stands.outcome = any(entry.after_outcomes)
    left join last own on own.saga = entry.saga and own.step = entry.step and own.run = stands.run
    where entry.after_outcomes is null
      or stands.run is not null and (own.outcome, own.cause) is distinct from (entry.outcome, entry.cause)
        and (entry.outcome <> 'FAILED' or own.lines is null or own.lines < ${MAX_LINES}::int)
    order by entry.place, stands.run
    on conflict do nothing`;
}

const isOf = ({ scope }: FileScope, id: FileId): SQL | undefined =>
  and(eq(sagaSteps.tenantId, scope.tenantId), eq(sagaSteps.fileId, id));

const toStep = (row: typeof sagaSteps.$inferSelect): LoggedStep => ({
  saga: row.saga as SagaName,
  run: row.run,
  step: row.step as StepName,
  outcome: row.outcome as StepOutcome,
  cause: row.cause as SagaCause | null,
  at: row.at,
  correlationId: row.correlationId,
});
