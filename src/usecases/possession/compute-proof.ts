import { createHmac } from 'node:crypto';
import type { Readable } from 'node:stream';

/** How many bytes one tag covers: what a prover who has no streaming HMAC needs to hold at once. */
export const PROOF_BLOCK_BYTES = 4 * 1024 * 1024;

/**
 * Computes the answer to a question about possession: `HMAC(key, HMAC(key, block 1) ‖ HMAC(key, block 2) ‖ …)`
 * with SHA-256, over all bytes in blocks of 4 MiB. Needs the memory of one chunk, and every byte.
 *
 * @param challenge - the key, 64 hexadecimal digits
 * @returns 64 lower-case hexadecimal digits
 * @throws what the body fails with
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export async function computeProof(challenge: string, body: Readable): Promise<string> {
  const key = Buffer.from(challenge, 'hex');
  const proof = createHmac('sha256', key);
  let tag = createHmac('sha256', key);
  let taggedBytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    for (let rest = chunk; rest.length > 0;) {
      const piece = rest.subarray(0, PROOF_BLOCK_BYTES - taggedBytes);
      tag.update(piece);
      taggedBytes += piece.length;
      rest = rest.subarray(piece.length);
      if (taggedBytes < PROOF_BLOCK_BYTES) continue;
      proof.update(tag.digest());
      tag = createHmac('sha256', key);
      taggedBytes = 0;
    }
  }
  if (taggedBytes > 0) proof.update(tag.digest());
  return proof.digest('hex');
}
