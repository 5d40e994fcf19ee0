import { createHash, randomBytes } from 'node:crypto';
import type { Part } from '../../domain/file.js';
import type { Digest, Digester } from '../../ports/digester.js';
import type { SpoolFile } from '../../ports/spool.js';
import { createPartMac, PART_MAC_KEY_BYTES } from '../part-mac.js';

/** What the ledger says of the bytes of a part. */
export type PartProof = Pick<Part, 'mac'> & { readonly sha256: string };

/** A spool file whose bytes are hashed as they arrive, so that nobody has to read them again. */
export interface ProvenSpool {
  readonly spool: SpoolFile;
  /** Like that of the spool, and hashes the chunk where the bytes can be given to the store. */
  append(chunk: Buffer): Promise<void>;
  /** The proof of all bytes of the file; only once, and `undefined` where there is none. */
  prove(): Promise<PartProof | undefined>;
  clear(): void;
}

/** Bytes that are handed to another thread at a time; what is shorter is hashed here. */
const BATCH_BYTES = 256 * 1024;

/** Hashes what goes into the file. */
export function proveSpool(spool: SpoolFile, digester: Digester): ProvenSpool {
  let proof: Proof | undefined;
  const clear = (): void => {
    proof?.abort();
    proof = undefined;
  };
  return {
    spool,
    append: async (chunk) => {
      if (spool.give) await (proof ??= beginProof(digester)).update(chunk);
      await spool.append(chunk);
    },
    prove: async () => {
      const proven = proof?.sizeBytes() === spool.sizeBytes ? await proof.finish() : undefined;
      clear();
      return proven;
    },
    clear: () => {
      clear();
      spool.clear();
    },
  };
}

interface Proof {
  sizeBytes(): number;
  update(chunk: Buffer): Promise<void>;
  /** `undefined` when the thread has died: then the bytes are read again. */
  finish(): Promise<PartProof | undefined>;
  abort(): void;
}

function beginProof(digester: Digester): Proof {
  let digest: Digest | undefined;
  let batch: Buffer[] = [];
  let [batchBytes, sizeBytes] = [0, 0];
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(batch);
    [batch, batchBytes] = [[], 0];
    if (!digest) {
      digest = digester.begin(Infinity, true);
      digest.beginPart(randomBytes(PART_MAC_KEY_BYTES));
    }
    // A thread that has died is noticed at the end.
    await Promise.resolve(digest.update(bytes)).catch(() => undefined);
  };
  return {
    sizeBytes: () => sizeBytes,
    update: async (chunk) => {
      batch.push(chunk);
      batchBytes += chunk.length;
      sizeBytes += chunk.length;
      if (batchBytes >= BATCH_BYTES) await flush();
    },
    finish: async () => {
      if (!digest) return proofOf(batch);
      await flush();
      const results = await Promise.all([digest.endPart(), digest.finish()]).catch(() => undefined);
      return results && { mac: results[0], sha256: results[1] };
    },
    abort: () => digest?.abort(),
  };
}

function proofOf(chunks: readonly Buffer[]): PartProof {
  const hash = createHash('sha256');
  const mac = createPartMac();
  for (const chunk of chunks) {
    hash.update(chunk);
    mac.update(chunk);
  }
  return { sha256: hash.digest('hex'), mac: mac.finish() };
}
