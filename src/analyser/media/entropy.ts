/** Bytes that are needed for a judgement. */
export const ENTROPY_SAMPLE_BYTES = 32 * 1024;
/** Above this bytes look like chance, in bits for each byte: what is compressed well or encrypted does. */
export const RANDOM_ENTROPY = 7.98;

/** Shannon's entropy, in bits for each byte. */
export function entropyOf(bytes: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  let bits = 0;
  for (const count of counts) {
    if (count === 0) continue;
    const share = count / bytes.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
