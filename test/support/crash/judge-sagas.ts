import type pg from 'pg';
import { isTerminal, type FileState } from '../../../src/domain/file-state.js';
import type { FileId } from '../../../src/domain/ids.js';
import type { LoggedStep } from '../../../src/domain/saga.js';
import { judgeLog, type Change } from '../sagas/judge-log.js';
import type { FileRow } from './judge-database.js';

/** One line of the log of all sagas. */
export interface StepRow extends LoggedStep {
  readonly id: string;
  readonly fileId: FileId;
}

/** Reads the log of all sagas of all tenants, in the order of writing. */
export async function readSteps(db: pg.Client): Promise<readonly StepRow[]> {
  const { rows } = await db.query<StepRow>(`
    select id, file_id as "fileId", saga, run, step, outcome, cause, at, correlation_id as "correlationId"
    from saga_steps order by id`);
  return rows;
}

/**
 * Whether every saga of every file that has ended is finished or undone, its log is in order and tells what happened,
 * and nothing that was ever in the log is changed or gone.
 *
 * @param earlier - the log when the accidents were over
 */
export async function judgeSagas(
  db: pg.Client,
  files: readonly FileRow[],
  earlier: readonly StepRow[],
): Promise<string[]> {
  const steps = await readSteps(db);
  const { rows: changes } = await db.query<Change>(`
    select file_id as "fileId", version, from_state as "from", to_state as "to" from events`);
  const log = Map.groupBy(steps, ({ fileId }) => fileId);
  const history = Map.groupBy(changes, ({ fileId }) => fileId);
  const ended = files.filter(({ state }) => isTerminal(state as FileState));
  return [
    ...judgeAppended(earlier, steps),
    ...ended.flatMap(({ id, state }) =>
      judgeLog(log.get(id as FileId) ?? [], history.get(id as FileId) ?? []).map(
        (what) => `sagas of ${state} file ${id}: ${what}`,
      ),
    ),
  ];
}

function judgeAppended(earlier: readonly StepRow[], now: readonly StepRow[]): string[] {
  const lines = new Map(now.map((row) => [row.id, JSON.stringify(row)]));
  return earlier
    .filter((row) => lines.get(row.id) !== JSON.stringify(row))
    .map((row) => `line ${row.id} of the log of sagas was changed or is gone`);
}
