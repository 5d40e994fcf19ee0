import { createHmac } from 'node:crypto';

/** What a client answers to a challenge: HMACs of the blocks under the HMAC of them all. */
export function proofOf(challenge: string, bytes: Uint8Array, blockSizeBytes = 4 * 1024 * 1024): string {
  const key = Buffer.from(challenge, 'hex');
  const hmac = (...pieces: Uint8Array[]): Buffer => {
    const mac = createHmac('sha256', key);
    for (const piece of pieces) mac.update(piece);
    return mac.digest();
  };
  const count = Math.ceil(bytes.length / blockSizeBytes);
  const tags = Array.from({ length: count }, (_, index) =>
    hmac(bytes.subarray(index * blockSizeBytes, (index + 1) * blockSizeBytes)),
  );
  return hmac(...tags).toString('hex');
}
