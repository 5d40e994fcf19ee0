import { sha256 as incremental } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** WebCrypto takes bytes only in one piece: what is larger is hashed chunk by chunk, more slowly. */
const MAX_PIECE_BYTES = 64 * 1024 * 1024;

/** SHA-256 of the bytes, hexadecimal; holds no more than 64 MiB of them. */
export async function sha256(blob: Blob): Promise<string> {
  // Pages without https have no `subtle`.
  const subtle = (globalThis.crypto as Partial<Crypto>).subtle;
  if (subtle !== undefined && blob.size <= MAX_PIECE_BYTES) {
    return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', await blob.arrayBuffer())));
  }
  const hash = incremental.create();
  const reader = blob.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytesToHex(hash.digest());
    hash.update(value);
  }
}
