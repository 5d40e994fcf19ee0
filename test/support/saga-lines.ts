import type { LoggedStep } from '../../src/domain/saga.js';
import type { FileId } from '../../src/domain/ids.js';
import type { FileStore, TenantScope } from '../../src/ports/file-store.js';

/** More runs than any test makes of one file. */
const MAX_RUNS = 1_000;

/** The log of a file as it is stored. */
export const readLog = (store: FileStore, scope: TenantScope, id: FileId): Promise<readonly LoggedStep[]> =>
  store.transact(scope, (tx) => tx.sagaSteps(id, MAX_RUNS));

/** Lines as text: `INSPECTION 1 SEAL DONE`, with the cause behind it where there is one. */
export const linesOf = (log: readonly LoggedStep[]): string[] =>
  log.map(({ saga, run, step, outcome, cause }) =>
    [saga, run, step, outcome, ...(cause === null ? [] : [cause])].join(' '),
  );
