import { createHash, randomBytes } from 'node:crypto';
import type { Part } from '../domain/file.js';
import type { Digester } from '../ports/digester.js';
import type { Spool, SpoolFile } from '../ports/spool.js';
import { createPartMac, PART_MAC_KEY_BYTES } from './part-mac.js';

/** What the ledger says of the bytes of a part. */
export type PartProof = Pick<Part, 'mac'> & { readonly sha256: string };

/** A spool file whose bytes are hashed as they are written, so that nobody has to read them again. */
export interface ProvenSpool {
  readonly spool: SpoolFile;
  /**
   * Empties the file for other bytes.
   *
   * @param sizeBytes - how many will come at most; decides where they are hashed
   */
  readonly begin: (sizeBytes: number) => void;
  /**
   * The proof of all bytes of the file that has settled, also after it was given away; `undefined` where there is none.
   */
  readonly prove: () => Promise<PartProof | undefined>;
  readonly close: () => Promise<void>;
}

/** What is shorter is hashed before another thread would have heard of it. */
const HERE_BYTES = 1024 * 1024;

/** Opens a file. Its bytes are only ever proven where they can be given to the store. */
export async function openProvenSpool(spools: Spool, digester: Digester): Promise<ProvenSpool> {
  let proof: Proof | undefined;
  let proven: Promise<PartProof | undefined> | undefined;
  const spool = await spools.open((chunks) => proof?.update(chunks));
  const end = (): void => {
    proof?.abort();
    proof = undefined;
  };
  const finish = async (): Promise<PartProof | undefined> => {
    const finished = proof?.sizeBytes() === spool.sizeBytes ? await proof.finish() : undefined;
    end();
    return finished;
  };
  return {
    spool,
    begin: (sizeBytes) => {
      end();
      proven = undefined;
      spool.clear();
      if (!spool.give) return;
      proof = sizeBytes < HERE_BYTES ? proveHere() : proveElsewhere(digester, sizeBytes);
    },
    prove: () => (proven ??= finish()),
    close: () => {
      end();
      return spool.close();
    },
  };
}

/** One that is being filled, and one whose bytes are on their way into the store. */
export type TwoSpools = readonly [ProvenSpool, ProvenSpool];

/** Opens two files. */
export async function openTwoSpools(spools: Spool, digester: Digester): Promise<TwoSpools> {
  const first = await openProvenSpool(spools, digester);
  try {
    return [first, await openProvenSpool(spools, digester)];
  } catch (error) {
    await first.close();
    throw error;
  }
}

interface Proof {
  readonly sizeBytes: () => number;
  readonly update: (chunks: readonly Uint8Array[]) => Promise<void> | void;
  /** `undefined` when the thread has died: then the bytes are read again. */
  readonly finish: () => Promise<PartProof | undefined>;
  readonly abort: () => void;
}

function proveHere(): Proof {
  const hash = createHash('sha256');
  const mac = createPartMac();
  let sizeBytes = 0;
  return {
    sizeBytes: () => sizeBytes,
    update: (chunks) => {
      for (const bytes of chunks) {
        hash.update(bytes);
        mac.update(bytes);
        sizeBytes += bytes.byteLength;
      }
    },
    finish: () => Promise.resolve({ sha256: hash.digest('hex'), mac: mac.finish() }),
    abort: () => undefined,
  };
}

function proveElsewhere(digester: Digester, expectedBytes: number): Proof {
  const digest = digester.begin(expectedBytes, { isDivided: true });
  digest.beginPart(randomBytes(PART_MAC_KEY_BYTES));
  let sizeBytes = 0;
  return {
    sizeBytes: () => sizeBytes,
    update: async (chunks) => {
      for (const bytes of chunks) {
        sizeBytes += bytes.byteLength;
        // That the thread has died is noticed at the end.
        await Promise.resolve(digest.update(bytes)).catch(() => undefined);
      }
    },
    finish: async () => {
      const results = await Promise.all([digest.endPart(), digest.finish()]).catch(() => undefined);
      return results && { mac: results[0], sha256: results[1] };
    },
    abort: () => {
      digest.abort();
    },
  };
}
