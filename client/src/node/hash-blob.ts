import { createHash } from 'node:crypto';

/** SHA-256 of the bytes, hexadecimal; reads them as a stream. */
export async function hashBlob(blob: Blob, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of blob.stream() as AsyncIterable<Uint8Array>) {
    signal.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest('hex');
}
