import { authorise, type Actor } from '../domain/actor.js';
import { fault, type Outcome } from '../domain/errors.js';
import type { File } from '../domain/file.js';
import { ok } from '../domain/result.js';
import { sagasOf, type Saga } from '../domain/saga-standing.js';
import { SAGA_NAMES } from '../domain/saga.js';
import type { FileStore } from '../ports/file-store.js';

/** Most runs that are read at once. */
const MAX_RUNS = 100;

/** Whoever may not look into the quarantine learns nothing of releases. */
const OPEN_TO_ALL = SAGA_NAMES.filter((name) => name !== 'RELEASE');

/**
 * The newest sagas of a file, in the order in which they began; those of releases for who may look into the quarantine.
 *
 * @param last - how many, 1 to 100
 * @returns BAD_USER_INPUT for another number
 */
export const readSagas =
  ({ files }: { readonly files: FileStore }) =>
  async (actor: Actor, file: File, last: number): Promise<Outcome<readonly Saga[]>> => {
    const allowed = authorise(actor, 'file:read');
    if (!allowed.ok) return allowed;
    if (!Number.isInteger(last) || last < 1 || last > MAX_RUNS) {
      return fault('BAD_USER_INPUT', {
        message: `At most ${String(MAX_RUNS)} are given at once, and at least 1.`,
        field: 'last',
      });
    }
    const names = actor.permissions.has('quarantine:read') ? SAGA_NAMES : OPEN_TO_ALL;
    return ok(sagasOf(await files.transact(actor, (tx) => tx.sagaSteps(file.id, last, names))));
  };
