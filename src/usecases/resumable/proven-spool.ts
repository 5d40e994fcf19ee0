import { createHash, type Hash } from 'node:crypto';
import type { Part } from '../../domain/file.js';
import type { SpoolFile } from '../../ports/spool.js';
import { createPartMac, type PartMac } from '../part-mac.js';

/** What the ledger says of the bytes of a part. */
export type PartProof = Pick<Part, 'mac'> & { readonly sha256: string };

/** A spool file whose bytes are hashed as they arrive, so that nobody has to read them again. */
export interface ProvenSpool {
  readonly spool: SpoolFile;
  append(chunk: Buffer): Promise<void>;
  /** The proof of all bytes of the file; only once, and `undefined` where some of them were lost. */
  prove(): PartProof | undefined;
  clear(): void;
}

interface Sums {
  readonly hash: Hash;
  readonly mac: PartMac;
  sizeBytes: number;
}

/** Hashes what goes into the file. */
export function proveSpool(spool: SpoolFile): ProvenSpool {
  let sums: Sums | undefined;
  return {
    spool,
    append: (chunk) => {
      sums ??= { hash: createHash('sha256'), mac: createPartMac(), sizeBytes: 0 };
      sums.hash.update(chunk);
      sums.mac.update(chunk);
      sums.sizeBytes += chunk.length;
      return spool.append(chunk);
    },
    prove: () => {
      const proven = sums;
      sums = undefined;
      if (proven?.sizeBytes !== spool.sizeBytes) return undefined;
      return { sha256: proven.hash.digest('hex'), mac: proven.mac.finish() };
    },
    clear: () => {
      sums = undefined;
      spool.clear();
    },
  };
}
