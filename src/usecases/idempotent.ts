import { createHash } from 'node:crypto';
import type { Actor } from '../domain/actor.js';
import { fault, type Outcome } from '../domain/errors.js';
import { fromSnapshot, toSnapshot, type FileSnapshot } from '../domain/file-snapshot.js';
import type { File } from '../domain/file.js';
import { ok } from '../domain/result.js';
import type { FileTransaction } from '../ports/file-store.js';

/** Longest idempotency key, in characters. */
const MAX_KEY_CHARACTERS = 255;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** What makes two requests the same. */
export interface IdempotentRequest {
  readonly actor: Actor;
  readonly operation: string;
  /** The whole input; the key itself does not matter. */
  readonly input: { readonly idempotencyKey?: string | undefined };
  /** For a request that has no key and is to run once all the same. A space in it keeps it apart from those of clients. */
  readonly ownKey?: string;
  /** How long the key is remembered. */
  readonly ttlSeconds: number;
}

/**
 * Runs an effect at most once for an idempotency key, inside the transaction that the effect is part of.
 * The same request again gets the first answer; another request with the key gets IDEMPOTENCY_MISMATCH; a
 * failed effect rolls back and leaves the key unused. Without a key the effect simply runs.
 */
export const idempotently = (
  tx: FileTransaction,
  request: IdempotentRequest,
  effect: () => Promise<Outcome<File>>,
): Promise<Outcome<File>> => idempotentlyAs(FILE_CODEC, tx, request, effect);

/** Turns answers into JSON and back. */
export interface AnswerCodec<T> {
  readonly freeze: (answer: T) => unknown;
  readonly thaw: (json: unknown) => T;
}

const FILE_CODEC: AnswerCodec<File> = {
  freeze: toSnapshot,
  thaw: (json) => fromSnapshot(json as FileSnapshot),
};

/** Like {@link idempotently}, for an effect that answers with something else than a file. */
export async function idempotentlyAs<T>(
  codec: AnswerCodec<T>,
  tx: FileTransaction,
  request: IdempotentRequest,
  effect: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const claimed = await claimAs(codec, tx, request);
  if (!claimed.ok) return claimed;
  if (claimed.value !== undefined) return ok(claimed.value);
  const outcome = await effect();
  const key = keyOf(request);
  if (outcome.ok && key !== undefined) await tx.storeAnswer(key, codec.freeze(outcome.value));
  return outcome;
}

/** Claims the key of a request, if it has one: the file of the first answer where it was used before. */
export const claim = (tx: FileTransaction, request: IdempotentRequest): Promise<Outcome<File | undefined>> =>
  claimAs(FILE_CODEC, tx, request);

async function claimAs<T>(
  codec: AnswerCodec<T>,
  tx: FileTransaction,
  request: IdempotentRequest,
): Promise<Outcome<T | undefined>> {
  const given = request.input.idempotencyKey;
  const key = keyOf(request);
  if (key === undefined) return ok(undefined);
  if (given !== undefined && (given.length > MAX_KEY_CHARACTERS || !VISIBLE_ASCII.test(given))) {
    return fault('BAD_USER_INPUT', {
      message: 'An idempotency key has 1 to 255 visible ASCII characters.',
      field: 'idempotencyKey',
    });
  }
  const { ttlSeconds } = request;
  const outcome = await tx.claimKey({ key, fingerprint: fingerprintOf(request), ttlSeconds });
  switch (outcome.kind) {
    case 'claimed':
      return ok(undefined);
    case 'replayed':
      return ok(codec.thaw(outcome.answer));
    case 'mismatch':
      return fault('IDEMPOTENCY_MISMATCH', { field: 'idempotencyKey' });
  }
}

const keyOf = ({ input, ownKey }: IdempotentRequest): string | undefined => input.idempotencyKey ?? ownKey;

function fingerprintOf({ actor, operation, input }: IdempotentRequest): string {
  const sorted = JSON.stringify([operation, actor.subject, canonical(input)]);
  return createHash('sha256').update(sorted).digest('hex');
}

/** Whatever order its fields came in. An instant has none of its own to tell it from another. */
function canonical(value: unknown): unknown {
  if (value instanceof Date) return value.toJSON();
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonical(item)]);
}
