import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { FaultError, ERRORS } from '../domain/errors.js';
import { createPartMac } from './part-mac.js';

/** What a part has to be. */
export interface ExpectedPart {
  readonly sizeBytes: number;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256?: string | undefined;
}

/** A stage that lets the bytes of a part through and proves them on the way. */
export interface PartVerifier {
  readonly stream: Transform;
  /** SHA-256 of the whole part; only after the stream has ended well. */
  sha256(): string;
  /** MAC of the whole part, once after the stream has ended well. */
  mac(): string;
}

/**
 * Counts and hashes a part on its way to the store. The last chunk is held back until the count and the
 * checksum are right, so that a store which knows the size never gets a complete wrong part.
 *
 * The stream fails with `FaultError` BAD_USER_INPUT (size) or CHECKSUM_MISMATCH.
 */
export function verifyPart(expected: ExpectedPart): PartVerifier {
  const hash = createHash('sha256');
  const mac = createPartMac();
  let sizeBytes = 0;
  let held: Buffer | undefined;
  let digest = '';

  const transform = (chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void => {
    sizeBytes += chunk.length;
    if (sizeBytes > expected.sizeBytes) {
      done(wrongSize(expected.sizeBytes));
      return;
    }
    hash.update(chunk);
    mac.update(chunk);
    const released = held;
    held = chunk;
    done(null, released);
  };

  const flush = (done: TransformCallback): void => {
    digest = hash.digest('hex');
    if (sizeBytes !== expected.sizeBytes) done(wrongSize(expected.sizeBytes));
    else if (expected.sha256 !== undefined && expected.sha256 !== digest) done(wrongChecksum());
    else done(null, held);
  };

  return { stream: new Transform({ transform, flush }), sha256: () => digest, mac: () => mac.finish() };
}

/** A body has another size than its part. */
export const wrongSize = (sizeBytes: number): FaultError =>
  new FaultError({
    code: 'BAD_USER_INPUT',
    message: `The part must have exactly ${String(sizeBytes)} bytes.`,
  });

/** A body has another checksum than its part. */
export const wrongChecksum = (): FaultError =>
  new FaultError({ code: 'CHECKSUM_MISMATCH', message: ERRORS.CHECKSUM_MISMATCH.message });
