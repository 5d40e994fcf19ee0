import { createHash } from 'node:crypto';

/** SHA-256 of the bytes, hexadecimal; reads them as a stream. */
export async function hashBlob(blob: Blob, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const bytes: AsyncIterable<Uint8Array> = blob.stream();
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}
