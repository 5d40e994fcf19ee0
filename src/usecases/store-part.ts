import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { FaultError, PermanentError, TransientError } from '../domain/errors.js';
import type { File, Part } from '../domain/file.js';
import type { ObjectStore } from '../ports/object-store.js';
import { verifyPart, type ExpectedPart } from './verify-part.js';

/** A part that the store has, and that the ledger does not name yet. */
export type ProvenPart = Part & { readonly sha256: string };

/**
 * Streams one part into the store and proves it on the way. Nothing is in the ledger yet.
 *
 * @throws FaultError when the body has the wrong size or checksum; TransientError of the store; the body's own error
 */
export async function storePart(
  objects: ObjectStore,
  file: File,
  expected: ExpectedPart & { readonly partNumber: number },
  body: Readable,
  signal: AbortSignal,
): Promise<ProvenPart> {
  if (file.ingestHandle === null) throw new PermanentError('object-store', 'An open upload has no handle.');
  const upload = { key: file.ingestKey, handle: file.ingestHandle };
  const { partNumber, sizeBytes } = expected;
  const verifier = verifyPart(expected);
  const stored = objects.putPart(upload, partNumber, sizeBytes, verifier.stream, signal);
  // A store that fails must not leave the sender waiting for somebody to read on.
  stored.catch((error: unknown) => verifier.stream.destroy(asError(error)));
  const [proof, part] = await Promise.allSettled([pipeline(body, verifier.stream, { signal }), stored]);
  if (part.status === 'fulfilled' && proof.status === 'fulfilled') {
    const { etag } = part.value;
    return { partNumber, sizeBytes, etag, sha256: verifier.sha256(), mac: verifier.mac() };
  }
  throw causeOf(proof, part);
}

/** The verifier knows why a body is refused, the store why it failed itself; each also sees the other break. */
function causeOf(...outcomes: readonly PromiseSettledResult<unknown>[]): Error {
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [asError(outcome.reason)] : [],
  );
  const known = errors.find((error) => error instanceof FaultError);
  const broken = errors.find((error) => error instanceof TransientError || error instanceof PermanentError);
  return known ?? broken ?? errors[0] ?? new Error('The part broke for no known reason.');
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
