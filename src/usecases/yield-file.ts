import type { Actor } from '../domain/actor.js';
import { fault, type Outcome } from '../domain/errors.js';
import { toSnapshot } from '../domain/file-snapshot.js';
import { isOpen } from '../domain/file-state.js';
import type { File } from '../domain/file.js';
import { ok } from '../domain/result.js';
import type { Clock } from '../ports/clock.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore, FileTransaction } from '../ports/file-store.js';
import { announce } from './announce.js';
import { applyCommand, lockFile } from './apply.js';
import { claim, type IdempotentRequest } from './idempotent.js';

/** What giving up a file needs. */
export interface YieldFileDeps {
  readonly files: FileStore;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/**
 * While the bytes came, the key may have been forgotten, and may have become that of another request, or of this one once
 * more. Of two files of one request the one that is complete first is the answer to both.
 *
 * @returns the other file, where that was this one's answer already
 */
export async function remember(
  tx: FileTransaction,
  request: IdempotentRequest,
  file: File,
): Promise<File | undefined> {
  const key = request.input.idempotencyKey;
  if (key === undefined) return undefined;
  const claimed = await claim(tx, request);
  if (!claimed.ok) return undefined;
  const answer = claimed.value;
  if (answer && answer.id !== file.id && !isOpen(answer.state)) return answer;
  await tx.storeAnswer(key, toSnapshot(file));
  return undefined;
}

/** Gives up a file for another one, which must have the same bytes. */
export async function yieldTo(
  deps: YieldFileDeps,
  actor: Actor,
  file: File,
  winner: File,
): Promise<Outcome<File>> {
  const ledgers = await deps.files.transact(actor, async (tx) => [
    await tx.parts(file.id),
    await tx.parts(winner.id),
  ]);
  await giveUpFile(deps, actor, file);
  const [own, other] = ledgers.map((parts) => parts.map(({ sha256 }) => sha256).join());
  return own === other ? ok(winner) : fault('IDEMPOTENCY_MISMATCH');
}

/** Ends an upload that nobody goes on with. Best effort. */
export async function giveUpFile(deps: YieldFileDeps, actor: Actor, file: File): Promise<void> {
  const at = deps.clock.now();
  await deps.files
    .transact(actor, async (tx) => {
      const locked = await lockFile(tx, file.id);
      return locked.ok ? applyCommand(tx, locked.value, { kind: 'cancel' }, at) : locked;
    })
    // The request has its answer already; the sweeper ends what this could not.
    .catch(() => undefined);
  announce(deps.bus, file);
}
