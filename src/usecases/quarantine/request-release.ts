import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import { parseFileId } from '../../domain/ids.js';
import { newRelease } from '../../domain/new-release.js';
import { isOpenRelease, type Release } from '../../domain/release.js';
import { ok } from '../../domain/result.js';
import { entriesOfRelease } from '../../domain/saga-release.js';
import type { FileTransaction } from '../../ports/file-store.js';
import type { Ids } from '../../ports/ids.js';
import { lockFile } from '../apply.js';
import { expireRelease } from './end-due-release.js';
import { workOnRelease, type ReleaseDeps } from './work-on-release.js';

/** Which file, why, and for how long. */
export interface RequestReleaseInput {
  readonly fileId: string;
  readonly reason: string;
  readonly expiresAt: Date;
  readonly idempotencyKey?: string | undefined;
}

/** What requesting needs. */
export interface RequestReleaseDeps extends ReleaseDeps {
  readonly ids: Ids;
  readonly maxReleaseMs: number;
}

/**
 * Asks somebody else to let infected content out for a while.
 *
 * @returns NOT_FOUND; BAD_USER_INPUT for a reason or an end out of range; CONFLICT when the file is not infected, its
 *   content is not held, or a request or release of it is open
 */
export const requestRelease =
  (deps: RequestReleaseDeps) =>
  async (actor: Actor, input: RequestReleaseInput): Promise<Outcome<Release>> => {
    const permission = 'quarantine:request-release';
    const allowed = authorise(actor, permission);
    if (!allowed.ok) return allowed;
    await endExpired(deps, actor, input.fileId);
    return workOnRelease(deps, actor, {
      operation: 'requestRelease',
      permission,
      input,
      run: (tx, at) => request(tx, deps, actor, input, at),
    });
  };

async function request(
  tx: FileTransaction,
  { ids, maxReleaseMs }: RequestReleaseDeps,
  { subject }: Actor,
  { fileId, reason, expiresAt }: RequestReleaseInput,
  at: Date,
): Promise<Outcome<Release>> {
  const locked = await lockFile(tx, fileId);
  if (!locked.ok) return locked;
  const file = locked.value;
  const quarantine = await tx.findQuarantine(file.id);
  if (!quarantine) {
    return fault('CONFLICT', { message: `The file is ${file.state}: only an infected file is released.` });
  }
  const wish = { id: ids.releaseId(), reason, requestedBy: subject, expiresAt, maxDurationMs: maxReleaseMs };
  const release = newRelease({ file, quarantine }, wish, at);
  if (!release.ok) return release;
  if (await tx.insertRelease(release.value)) {
    await tx.logSteps(file.id, entriesOfRelease(release.value));
    return ok(release.value);
  }
  return fault('CONFLICT', { message: 'A request or a release of this file is open already.' });
}

/** What is over need not wait for the sweeper to make room. It ends by itself, and not by whoever asks anew. */
async function endExpired(deps: ReleaseDeps, actor: Actor, id: string): Promise<void> {
  const fileId = parseFileId(id);
  const latest = fileId && (await deps.files.transact(actor, (tx) => tx.latestRelease(fileId)));
  if (!latest || !isOpenRelease(latest) || deps.clock.now() < latest.expiresAt) return;
  await expireRelease(deps)({ ...latest, releaseId: latest.id });
}
