import { PermanentError } from '../../domain/errors.js';
import type { ScanCoverage, ScanReply } from '../../domain/verdict.js';
import type { Clock } from '../../ports/clock.js';
import type { Digester } from '../../ports/digester.js';
import type { OpenObject } from '../../ports/object-store.js';
import type { Scanner } from '../../ports/scanner.js';
import { createCountStage } from './count-stage.js';
import { runStages } from './run-stages.js';
import { openScanStage } from './scan-stage.js';
import type { Stage } from './stage.js';

/** Longest wait for the next stored bytes. */
const STALL_MS = 30_000;

/** What scanning again needs. */
export interface ScanAgainDeps {
  readonly scanner: Scanner;
  readonly digests: Digester;
  readonly clock: Clock;
}

/** What a scanner says of bytes that were inspected before. */
export interface SecondOpinion {
  readonly reply: ScanReply;
  readonly engine: string;
  readonly definitionsVersion: string;
  readonly coverage: ScanCoverage;
}

/**
 * Lets a scanner judge stored bytes once more, in one pass that also proves that they are the bytes that were inspected.
 *
 * @param object - just opened; consumed or destroyed in every case
 * @throws PermanentError when they are others, which is the store's failure and says nothing of the file; what the
 *   store or the scanner failed with; the reason of the signal
 */
export async function scanAgain(
  deps: ScanAgainDeps,
  object: OpenObject,
  expected: { readonly sizeBytes: number; readonly sha256: string },
  signal: AbortSignal,
): Promise<SecondOpinion> {
  const { scanner, clock } = deps;
  const scan = await openScanStage(scanner, expected.sizeBytes, signal).catch((error: unknown) => {
    object.body.destroy();
    throw error;
  });
  const stages = [createCountStage(expected.sizeBytes), createProofStage(deps.digests, expected), scan];
  await runStages(object.body, stages, { clock, stallMs: STALL_MS, signal });
  const { engine, definitionsVersion, isSegmented } = scan;
  const coverage = isSegmented ? 'SEGMENTS' : 'WHOLE';
  return { reply: scan.reply(), engine, definitionsVersion, coverage };
}

function createProofStage(
  digests: Digester,
  { sizeBytes, sha256 }: { readonly sizeBytes: number; readonly sha256: string },
): Stage {
  const digest = digests.begin(sizeBytes);
  return {
    push: (chunk) => digest.update(chunk),
    async end() {
      if ((await digest.finish()) === sha256) return;
      throw new PermanentError('object-store', 'The stored bytes are not those that were inspected.');
    },
    abort: () => {
      digest.abort();
    },
  };
}
