import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../ports/clock.js';
import type { PossessionQuestion, StoredContent } from '../../ports/contents.js';
import type { ObjectStore } from '../../ports/object-store.js';
import type { Scanner, ScannerStatus } from '../../ports/scanner.js';
import { computeProof } from './compute-proof.js';

/** What comparing an answer needs. */
export interface CompareProofDeps {
  readonly objects: ObjectStore;
  readonly scanner: Pick<Scanner, 'status'>;
  readonly clock: Clock;
}

/** A content that somebody has shown to hold, and what the scanner was like at that moment. */
export interface ProvenContent {
  readonly content: StoredContent;
  readonly status: ScannerStatus;
}

/** Shortest time of a refusal. */
const REFUSAL_MS = 1_000;
/** Rate that a store reads and hashes with at least, in bytes per millisecond; what is slower is refused. */
const READ_BYTES_PER_MS = 200_000;
/** Longest time of a refusal: that of the largest stream that a scanner judges, so of the largest clean content. */
const MAX_REFUSAL_MS = 12_000;

/**
 * Compares an answer with the stored bytes. A refusal takes the same time whatever its reason is: that nothing
 * is stored, that the answer is wrong, that the copy is lost or that the scanner is away. A comparison that
 * would take longer is given up.
 *
 * @param stored - what the tenant has; `undefined` for nothing
 * @returns `undefined` for a refusal, at its time; never throws
 */
export async function compareProof(
  deps: CompareProofDeps,
  question: PossessionQuestion,
  proof: string,
  stored: StoredContent | undefined,
): Promise<ProvenContent | undefined> {
  const stop = new AbortController();
  const refusal = deps.clock.sleep(refusalMs(question.sizeBytes), stop.signal).then(() => undefined);
  const comparison = compare(deps, question, proof, stored, stop.signal).catch(() => undefined);
  const proven = await Promise.race([comparison.then((result) => result ?? refusal), refusal]);
  stop.abort();
  return proven;
}

const refusalMs = (sizeBytes: number): number =>
  Math.min(MAX_REFUSAL_MS, REFUSAL_MS + Math.ceil(sizeBytes / READ_BYTES_PER_MS));

async function compare(
  deps: CompareProofDeps,
  question: PossessionQuestion,
  proof: string,
  content: StoredContent | undefined,
  signal: AbortSignal,
): Promise<ProvenContent | undefined> {
  // What was judged in segments is judged anew, so it need not be read here.
  if (content?.coverage === 'SEGMENTS') return undefined;
  const [status, expected] = await Promise.all([
    deps.scanner.status(signal),
    content && readProof(deps, question, content, signal),
  ]);
  return content && expected !== undefined && isSame(expected, proof) ? { content, status } : undefined;
}

async function readProof(
  { objects }: CompareProofDeps,
  { challenge, sizeBytes }: PossessionQuestion,
  { vaultKey, sizeBytes: storedBytes }: StoredContent,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (storedBytes !== sizeBytes) return undefined;
  const object = await objects.read({ area: 'vault', key: vaultKey }, undefined, signal);
  if (!object) return undefined;
  try {
    return object.sizeBytes === sizeBytes ? await computeProof(challenge, object.body) : undefined;
  } finally {
    object.body.destroy();
  }
}

const isSame = (expected: string, given: string): boolean =>
  given.length === expected.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
