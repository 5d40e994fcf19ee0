import { createHash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Algorithms that the bytes of one request can be proven with. */
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'md5', 'crc32'] as const;

/** What the bytes of one request must hash to. */
export interface ExpectedChecksum {
  readonly algorithm: (typeof CHECKSUM_ALGORITHMS)[number];
  readonly digest: Buffer;
}

/** A checksum in the making. */
export interface BodyChecksum {
  readonly update: (chunk: Buffer) => void;
  /** Whether all that was seen has the expected checksum. Only once. */
  matches(): boolean;
}

/** Begins a checksum. A CRC-32 is four bytes, the most significant one first. */
export function createBodyChecksum({ algorithm, digest }: ExpectedChecksum): BodyChecksum {
  const isEqual = (actual: Buffer): boolean =>
    actual.length === digest.length && timingSafeEqual(actual, digest);
  if (algorithm !== 'crc32') {
    const hash = createHash(algorithm);
    return { update: (chunk) => void hash.update(chunk), matches: () => isEqual(hash.digest()) };
  }
  let sum = 0;
  return {
    update: (chunk) => {
      sum = crc32(chunk, sum);
    },
    matches: () => {
      const actual = Buffer.alloc(4);
      actual.writeUInt32BE(sum);
      return isEqual(actual);
    },
  };
}
