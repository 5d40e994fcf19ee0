import { blockBytesOf, type BlockMacs } from '../../domain/block-macs.js';
import { TransientError } from '../../domain/errors.js';
import type { Part } from '../../domain/file.js';
import type { Clock } from '../../ports/clock.js';
import type { Digest, Digester } from '../../ports/digester.js';
import { withinDeadline } from './deadline.js';
import { keyOfMac } from '../part-mac.js';
import type { Stage } from './stage.js';

/** The SHA-256 of all bytes, and the proof of each part. */
export interface DigestStage extends Stage {
  /** 64 lower-case hexadecimal digits; empty before the end. */
  sha256(): string;
  /** Of what is more than one block; `undefined` before the end. */
  blocks(): BlockMacs | undefined;
}

/** Longest wait for the digester. */
const STALL_MS = 60_000;

/**
 * Computes the SHA-256 of the whole, and compares every part with what the ledger proves of it, so that bytes
 * that changed in the store are found also where nobody declared a checksum of the whole.
 *
 * @param parts - all parts of the file, ascending; one that the ledger proves nothing of is let through
 */
export function createDigestStage(
  { digests, clock }: { readonly digests: Digester; readonly clock: Clock },
  sizeBytes: number,
  parts: readonly Part[],
): DigestStage {
  const blockBytes = blockBytesOf(sizeBytes);
  const digest = digests.begin(sizeBytes, { isDivided: parts.length > 1, blockBytes });
  const ledger = createLedger(parts, digest);
  const within = <T>(work: Promise<T>): Promise<T> => withinDeadline(clock, work, STALL_MS, stalled);
  let sha256 = '';
  let blocks: BlockMacs | undefined;
  return {
    async push(chunk) {
      for (let rest = chunk; rest.length > 0;) {
        const piece = rest.subarray(0, ledger.restOfPart());
        const taken = digest.update(piece);
        if (taken) await within(taken);
        ledger.passed(piece.length);
        rest = rest.subarray(piece.length);
      }
    },
    async end() {
      await within(ledger.check());
      const [macs, whole] = await within(Promise.all([digest.endBlocks(), digest.finish()]));
      if (blockBytes !== undefined) blocks = { blockBytes, macs: Buffer.from(macs, 'hex') };
      sha256 = whole;
      const [only, ...others] = parts;
      if (only && others.length === 0) compare(only, only.sha256 ?? sha256, sha256);
    },
    abort: () => {
      digest.abort();
    },
    sha256: () => sha256,
    blocks: () => blocks,
  };
}

interface Ledger {
  /** Bytes that are missing of the part under way. Throws where none is, or one that has passed was wrong. */
  restOfPart(): number;
  passed(bytes: number): void;
  /** Throws unless every part has passed, and was right. */
  check(): Promise<void>;
}

function createLedger(parts: readonly Part[], digest: Digest): Ledger {
  const proofs = createProofs(parts.length, digest);
  let index = 0;
  let passedBytes = 0;
  const endPart = (part: Part): void => {
    proofs.end(part);
    index += 1;
    passedBytes = 0;
    proofs.begin(parts[index]);
  };
  proofs.begin(parts[0]);
  return {
    restOfPart() {
      const part = parts[index];
      proofs.throwIfWrong();
      if (!part) throw unlike();
      return part.sizeBytes - passedBytes;
    },
    passed(bytes) {
      const part = parts[index];
      passedBytes += bytes;
      if (passedBytes === part?.sizeBytes) endPart(part);
    },
    check() {
      if (index < parts.length) throw unlike();
      return proofs.check();
    },
  };
}

/** The MACs of the parts, one after the other; the only part of a file is proven by the digest of the whole. */
interface Proofs {
  begin(part: Part | undefined): void;
  end(part: Part): void;
  throwIfWrong(): void;
  check(): Promise<void>;
}

function createProofs(partCount: number, digest: Digest): Proofs {
  let failure: Error | undefined;
  let checks: Promise<void> = Promise.resolve();
  const macOf = (part: Part | undefined): string | undefined => (partCount > 1 ? part?.mac : undefined);
  return {
    begin(part) {
      const mac = macOf(part);
      if (mac !== undefined) digest.beginPart(keyOfMac(mac));
    },
    end(part) {
      const mac = macOf(part);
      if (mac === undefined) return;
      checks = Promise.all([checks, digest.endPart()]).then(([, found]) => {
        compare(part, mac, found);
      });
      checks.catch((error: unknown) => {
        failure = error instanceof Error ? error : unlike();
      });
    },
    throwIfWrong() {
      if (failure) throw failure;
    },
    check: () => checks,
  };
}

function compare(part: Part, expected: string, found: string): void {
  if (expected !== found) throw changed(part);
}

const changed = ({ partNumber }: Part): TransientError =>
  new TransientError('object-store', `Part ${String(partNumber)} is not what was received`);

const unlike = (): TransientError =>
  new TransientError('object-store', 'The staged object is not made of the parts of the ledger');

const stalled = (): TransientError => new TransientError('digest', 'Hashing stalled');
