import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import { ok } from '../../domain/result.js';
import type { Clock } from '../../ports/clock.js';
import type { FileStore } from '../../ports/file-store.js';
import type { Ids } from '../../ports/ids.js';
import { checkNewFile } from '../check-new-file.js';
import { PROOF_BLOCK_BYTES } from './compute-proof.js';

/** What somebody says to hold. */
export interface AskPossessionInput {
  /** Of all bytes, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** The question, and how it is to be answered. */
export interface PossessionChallenge {
  /** Names the question and keys the answer: 64 hexadecimal digits. */
  readonly challenge: string;
  /** How many bytes one tag of the answer covers. */
  readonly blockSizeBytes: number;
  readonly expiresAt: Date;
}

/** How long a question may be answered: time to read 2 GiB from a slow disk. */
const TTL_SECONDS = 120;
/** Most questions that one subject may leave open. */
const MAX_OPEN = 1_000;

/**
 * Asks somebody to show that they hold the bytes that they name. Asks everybody the same and looks nothing up,
 * so that a hash alone says nothing about what is stored.
 *
 * @returns BAD_USER_INPUT; RATE_LIMITED when too many questions are open
 */
export const askPossession =
  ({ files, clock, ids }: { readonly files: FileStore; readonly clock: Clock; readonly ids: Ids }) =>
  async (actor: Actor, { sha256, sizeBytes }: AskPossessionInput): Promise<Outcome<PossessionChallenge>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const checked = checkNewFile({ name: sha256, sha256, sizeBytes });
    if (!checked.ok) return checked;
    const challenge = ids.secret();
    const expiresAt = new Date(clock.now().getTime() + TTL_SECONDS * 1000);
    const isAsked = await files.transact(actor, (tx) =>
      tx.askPossession({ challenge, sha256, sizeBytes }, TTL_SECONDS, MAX_OPEN),
    );
    if (!isAsked) return fault('RATE_LIMITED', { retryAfterMs: TTL_SECONDS * 1000 });
    return ok({ challenge, blockSizeBytes: PROOF_BLOCK_BYTES, expiresAt });
  };
