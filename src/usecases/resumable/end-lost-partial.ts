import type { Actor } from '../../domain/actor.js';
import { fault, UploadGoneError, type Outcome, type PermanentError } from '../../domain/errors.js';
import { ok } from '../../domain/result.js';
import { reconcileParts } from '../direct/reconcile-parts.js';
import { expireLost, tellOfLoss, type EndIfLostDeps } from '../end-if-lost.js';
import { lockPartials } from './end-partials.js';
import type { Partial } from './find-partials.js';

/**
 * Says why the store has not given the bytes of partial uploads. One that is as it was found, and that the store does not
 * have, is lost and ends; the others stay.
 *
 * @returns BAD_USER_INPUT when one was ended or sent anew meanwhile; CONFLICT when one is lost; nothing where neither is
 *   the reason
 * @throws TransientError of the store or the database
 */
export async function endLostPartial(
  deps: EndIfLostDeps,
  actor: Actor,
  partials: readonly Partial[],
  error: PermanentError,
): Promise<Outcome<undefined>> {
  const missing = partials.find(
    ({ file }) => error instanceof UploadGoneError && error.key === file.ingestKey,
  );
  // A client may have replaced a part in the store, which is no loss; the ledger does not know that before.
  const hasEnded = missing && (await reconcileParts(deps, missing.file, 'all'));
  if (missing && hasEnded) return lostPartial(missing.position);
  const outcome = await deps.files.transact(actor, async (tx): Promise<Outcome<{ isLost: boolean }>> => {
    const at = deps.clock.now();
    const locked = await lockPartials(tx, partials, at);
    if (!locked.ok) return locked;
    const file = locked.value.find(({ id }) => id === missing?.file.id);
    return ok({ isLost: file !== undefined && (await expireLost(tx, file, at)) });
  });
  if (!outcome.ok) return outcome;
  if (!outcome.value.isLost || !missing) return ok(undefined);
  tellOfLoss(deps, missing.file);
  return lostPartial(missing.position);
}

const lostPartial = (position: number): ReturnType<typeof fault> =>
  fault('CONFLICT', {
    message: `The store does not have the bytes of upload ${String(position)} any more: send them in a new one.`,
    field: 'Upload-Concat',
  });
