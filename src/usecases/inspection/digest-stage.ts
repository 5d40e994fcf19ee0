import { TransientError } from '../../domain/errors.js';
import type { Part } from '../../domain/file.js';
import type { Clock } from '../../ports/clock.js';
import type { Digest, Digester } from '../../ports/digester.js';
import { withinDeadline } from './deadline.js';
import type { Stage } from './stage.js';

/** The SHA-256 of all bytes, and of each part. */
export interface DigestStage extends Stage {
  /** 64 lower-case hexadecimal digits; empty before the end. */
  sha256(): string;
}

/** Longest wait for the digester. */
const STALL_MS = 60_000;

/**
 * Computes the SHA-256 of the whole, and compares every part with its checksum in the ledger, so that bytes
 * that changed in the store are found also where nobody declared a checksum of the whole.
 *
 * @param parts - all parts of the file, ascending; one without a checksum is let through
 */
export function createDigestStage(
  { digests, clock }: { readonly digests: Digester; readonly clock: Clock },
  sizeBytes: number,
  parts: readonly Part[],
): DigestStage {
  const digest = digests.begin(sizeBytes, parts.length > 1);
  const ledger = createLedger(parts, digest);
  const within = <T>(work: Promise<T>): Promise<T> => withinDeadline(clock, work, STALL_MS, stalled);
  let sha256 = '';
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
      sha256 = await within(digest.finish());
      const [only, ...others] = parts;
      if (only && others.length === 0) compare(only, sha256);
    },
    abort: () => {
      digest.abort();
    },
    sha256: () => sha256,
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
  let index = 0;
  let passedBytes = 0;
  let failure: Error | undefined;
  let checks: Promise<void> = Promise.resolve();
  const endPart = (part: Part): void => {
    index += 1;
    passedBytes = 0;
    // The digest of the whole is that of the only part.
    if (parts.length === 1) return;
    const found = digest.cut();
    checks = Promise.all([checks, found]).then(([, sha256]) => {
      compare(part, sha256);
    });
    checks.catch((error: unknown) => {
      failure = error instanceof Error ? error : unlike();
    });
  };
  return {
    restOfPart() {
      const part = parts[index];
      if (failure) throw failure;
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
      return checks;
    },
  };
}

function compare(part: Part, found: string): void {
  if (part.sha256 !== null && part.sha256 !== found) throw changed(part);
}

const changed = ({ partNumber }: Part): TransientError =>
  new TransientError('object-store', `Part ${String(partNumber)} is not what was received`);

const unlike = (): TransientError =>
  new TransientError('object-store', 'The staged object is not made of the parts of the ledger');

const stalled = (): TransientError => new TransientError('sha256', 'Hashing stalled');
