import { createCipheriv } from 'node:crypto';

const NONCE_BYTES = 12;
const INDEX_OFFSET = 8;

/**
 * AES-128-GMAC of one block. Its number is the nonce, so that no two blocks share one under the key of their content, and
 * none passes in the place of another.
 *
 * @param index - of the block, from 0
 * @see NIST SP 800-38D, section 3 (GMAC)
 */
export function macOfBlock(key: Uint8Array, index: number, block: readonly Uint8Array[]): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUInt32BE(index, INDEX_OFFSET);
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  for (const bytes of block) cipher.setAAD(bytes);
  cipher.final();
  return cipher.getAuthTag();
}
