import { createHmac } from 'node:crypto';
import type { ProofKey } from '../platform.js';

/** HMAC over the HMACs of the blocks of the bytes, hexadecimal; reads them as a stream. */
export async function proveBlob(
  blob: Blob,
  { challenge, blockSizeBytes }: ProofKey,
  signal: AbortSignal,
): Promise<string> {
  const key = Buffer.from(challenge, 'hex');
  const proof = createHmac('sha256', key);
  for (let start = 0; start < blob.size; start += blockSizeBytes) {
    const tag = createHmac('sha256', key);
    const block = blob.slice(start, start + blockSizeBytes);
    for await (const chunk of block.stream() as AsyncIterable<Uint8Array>) {
      signal.throwIfAborted();
      tag.update(chunk);
    }
    proof.update(tag.digest());
  }
  return proof.digest('hex');
}
