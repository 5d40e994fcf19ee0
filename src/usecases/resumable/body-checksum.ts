import { createHash, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Algorithms that the bytes of one request can be proven with. */
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'md5', 'crc32'] as const;

/** What the bytes of one request must hash to. */
export interface ExpectedChecksum {
  readonly algorithm: (typeof CHECKSUM_ALGORITHMS)[number];
  readonly digest: Buffer;
}

/** A checksum that comes before the bytes, or after them: then it is asked for when all of them have come. */
export type PromisedChecksum = ExpectedChecksum | { readonly late: () => ExpectedChecksum | undefined };

/** A checksum in the making. */
export interface BodyChecksum {
  readonly update: (chunk: Buffer) => void;
  /** Whether all that was seen has the expected checksum. Only once. */
  matches(): boolean;
}

/** Begins a checksum; of one that comes late nobody knows the algorithm yet, so that all are computed. */
export function createBodyChecksum(promised: PromisedChecksum): BodyChecksum {
  const sums = 'late' in promised ? CHECKSUM_ALGORITHMS.map(createSum) : [createSum(promised.algorithm)];
  return {
    update: (chunk) => {
      for (const sum of sums) sum.update(chunk);
    },
    matches: () => {
      const expected = 'late' in promised ? promised.late() : promised;
      const actual = sums.find(({ algorithm }) => algorithm === expected?.algorithm)?.digest();
      return actual?.length === expected?.digest.length && isEqual(actual, expected?.digest);
    },
  };
}

const isEqual = (actual: Buffer | undefined, expected: Buffer | undefined): boolean =>
  actual !== undefined && expected !== undefined && timingSafeEqual(actual, expected);

interface Sum {
  readonly algorithm: ExpectedChecksum['algorithm'];
  readonly update: (chunk: Buffer) => void;
  readonly digest: () => Buffer;
}

/** A CRC-32 is four bytes, the most significant one first. */
function createSum(algorithm: ExpectedChecksum['algorithm']): Sum {
  if (algorithm !== 'crc32') {
    const hash = createHash(algorithm);
    return { algorithm, update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
  }
  let sum = 0;
  return {
    algorithm,
    update: (chunk) => {
      sum = crc32(chunk, sum);
    },
    digest: () => {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(sum);
      return digest;
    },
  };
}
