import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

const CHUNK_BYTES = 64 * 1024;

/**
 * A body of so many bytes, told by its seed: every chunk differs from every other one, so that bytes which
 * are lost, doubled or out of order change the hash. Made while it is read.
 */
export const bodyOf = (sizeBytes: number, seed: string): Readable =>
  Readable.from(chunksOf(sizeBytes, seed), { objectMode: false, highWaterMark: CHUNK_BYTES });

/** SHA-256 of what `bodyOf` yields for each of the pieces, one after the other. */
export function hashOf(...pieces: readonly (readonly [sizeBytes: number, seed: string])[]): string {
  const hash = createHash('sha256');
  for (const [sizeBytes, seed] of pieces) for (const chunk of chunksOf(sizeBytes, seed)) hash.update(chunk);
  return hash.digest('hex');
}

/** Reads a stream to its end; its SHA-256 and size. */
export async function digest(body: Readable): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** A body that sends some bytes and then fails. */
export const failingBody = (sizeBytes: number, error: Error): Readable =>
  Readable.from(failAfter(sizeBytes, error), { objectMode: false });

/** A body that sends some bytes and then nothing more, until it is destroyed. */
export function stallingBody(sizeBytes: number): Readable {
  let isSent = false;
  return new Readable({
    read() {
      if (!isSent) this.push(Buffer.alloc(sizeBytes, 1));
      isSent = true;
    },
  });
}

function* chunksOf(sizeBytes: number, seed: string): Generator<Buffer> {
  const pattern = createHash('sha512').update(seed).digest();
  for (let offset = 0; offset < sizeBytes; offset += CHUNK_BYTES) {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, sizeBytes - offset), pattern);
    if (chunk.byteLength >= 8) chunk.writeDoubleBE(offset, 0);
    yield chunk;
  }
}

async function* failAfter(sizeBytes: number, error: Error): AsyncGenerator<Buffer> {
  for (const chunk of chunksOf(sizeBytes, 'doomed')) yield await Promise.resolve(chunk);
  throw error;
}
