import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { broken } from './proven-blocks.js';

/** What all bytes of a content have to be. */
export interface ExpectedBytes {
  readonly sizeBytes: number;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/**
 * A stage that lets bytes out and proves them. The last chunk leaves only when number and hash are right:
 * what is short, long or changed breaks the connection and never looks like a complete file.
 */
export function provenBody(expected: ExpectedBytes): Transform {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let held: Buffer | undefined;
  const transform = (chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void => {
    sizeBytes += chunk.length;
    hash.update(chunk);
    const released = held;
    held = chunk;
    if (sizeBytes > expected.sizeBytes) done(broken('more bytes'));
    else done(null, released);
  };
  const flush = (done: TransformCallback): void => {
    if (sizeBytes !== expected.sizeBytes) done(broken('fewer bytes'));
    else if (hash.digest('hex') !== expected.sha256) done(broken('other bytes'));
    else done(null, held);
  };
  return new Transform({ transform, flush });
}
