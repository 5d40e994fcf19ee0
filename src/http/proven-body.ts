import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { PermanentError } from '../domain/errors.js';

/** What the bytes on their way out have to be. */
export interface ExpectedBytes {
  readonly sizeBytes: number;
  /** SHA-256, hexadecimal, where all bytes of the file are sent; a range has none of its own. */
  readonly sha256?: string;
}

/**
 * A stage that lets bytes out and proves them. The last chunk leaves only when number and hash are right:
 * what is short, long or changed breaks the connection and never looks like a complete file.
 */
export function provenBody(expected: ExpectedBytes): Transform {
  const hash = expected.sha256 === undefined ? undefined : createHash('sha256');
  let sizeBytes = 0;
  let held: Buffer | undefined;
  const transform = (chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void => {
    sizeBytes += chunk.length;
    hash?.update(chunk);
    const released = held;
    held = chunk;
    if (sizeBytes > expected.sizeBytes) done(broken('more bytes'));
    else done(null, released);
  };
  const flush = (done: TransformCallback): void => {
    if (sizeBytes !== expected.sizeBytes) done(broken('fewer bytes'));
    else if (hash && hash.digest('hex') !== expected.sha256) done(broken('other bytes'));
    else done(null, held);
  };
  return new Transform({ transform, flush });
}

const broken = (difference: string): PermanentError =>
  new PermanentError('object-store', `The sealed copy has ${difference} than were inspected.`);
