import { createCipheriv, randomBytes, type CipherGCM } from 'node:crypto';

/** Makes the MACs of all blocks of a content while its bytes pass. */
export interface BlockMacMaker {
  update(bytes: Uint8Array): void;
  /** The key, then the MAC of each block: 32 lower-case hexadecimal digits each. Only once, after all bytes. */
  finish(): string;
}

const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const INDEX_OFFSET = 8;

/** The MACs are those of `macOfBlock`, under a key that is made for this content. */
export function createBlockMacs(blockBytes: number): BlockMacMaker {
  const key = randomBytes(KEY_BYTES);
  const macs: Buffer[] = [];
  let cipher: CipherGCM | undefined;
  let missingBytes = blockBytes;
  const endBlock = (): void => {
    cipher?.final();
    if (cipher) macs.push(cipher.getAuthTag());
    cipher = undefined;
    missingBytes = blockBytes;
  };
  return {
    update(bytes) {
      for (let rest = bytes; rest.length > 0;) {
        const piece = rest.subarray(0, missingBytes);
        cipher ??= beginBlock(key, macs.length);
        cipher.setAAD(piece);
        missingBytes -= piece.length;
        rest = rest.subarray(piece.length);
        if (missingBytes === 0) endBlock();
      }
    },
    finish() {
      endBlock();
      return Buffer.concat([key, ...macs]).toString('hex');
    },
  };
}

function beginBlock(key: Uint8Array, index: number): CipherGCM {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUInt32BE(index, INDEX_OFFSET);
  return createCipheriv('aes-128-gcm', key, nonce);
}
