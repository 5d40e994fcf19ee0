import type { BlockMacs } from '../../domain/block-macs.js';
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
  /** What proves the blocks, where that was wanted. */
  readonly blocks?: BlockMacs | undefined;
  readonly engine: string;
  readonly definitionsVersion: string;
  readonly coverage: ScanCoverage;
}

/** What stored bytes have to be. */
interface ExpectedBytes {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Of the blocks that are to be proven from now on. */
  readonly blockBytes?: number | undefined;
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
  expected: ExpectedBytes,
  signal: AbortSignal,
): Promise<SecondOpinion> {
  const { scanner, clock } = deps;
  const scan = await openScanStage(scanner, expected.sizeBytes, signal).catch((error: unknown) => {
    object.body.destroy();
    throw error;
  });
  const proof = createProofStage(deps.digests, expected);
  const stages = [createCountStage(expected.sizeBytes), proof, scan];
  await runStages(object.body, stages, { clock, stallMs: STALL_MS, signal });
  const { engine, definitionsVersion, isSegmented } = scan;
  const coverage = isSegmented ? 'SEGMENTS' : 'WHOLE';
  return { reply: scan.reply(), blocks: proof.blocks(), engine, definitionsVersion, coverage };
}

interface ProofStage extends Stage {
  /** `undefined` before the end, and where none were wanted. */
  blocks(): BlockMacs | undefined;
}

function createProofStage(digests: Digester, { sizeBytes, sha256, blockBytes }: ExpectedBytes): ProofStage {
  const digest = digests.begin(sizeBytes, { blockBytes });
  let blocks: BlockMacs | undefined;
  return {
    push: (chunk) => digest.update(chunk),
    async end() {
      const [macs, whole] = await Promise.all([digest.endBlocks(), digest.finish()]);
      if (whole !== sha256) {
        throw new PermanentError('object-store', 'The stored bytes are not those that were inspected.');
      }
      if (blockBytes !== undefined) blocks = { blockBytes, macs: Buffer.from(macs, 'hex') };
    },
    abort: () => {
      digest.abort();
    },
    blocks: () => blocks,
  };
}
