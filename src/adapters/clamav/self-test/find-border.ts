import type { ScanReply } from '../../../domain/verdict.js';

/** Between these sizes of a member lies the point from which clamd says that one exceeds a limit. */
export interface SizeBorder {
  /** Looked into. */
  readonly passedBytes: number;
  /** Not looked into, and said so. */
  readonly refusedBytes: number;
}

/** Why a clamd must not judge files, in words for operators. */
export interface WrongAnswer {
  readonly wrong: string;
}

/** The largest size that clamd understands in a tar. */
const LARGEST_BYTES = 2 ** 31 - 1;
/** How exactly the border is found; limits are configured in mebibytes. */
const TOLERANCE_BYTES = 512 * 1024;
/** Where it lies with the configuration that comes along. */
const LIKELY: SizeBorder = {
  passedBytes: 2047 * 1024 * 1024 - TOLERANCE_BYTES,
  refusedBytes: 2047 * 1024 * 1024,
};

/**
 * Finds the size from which clamd says that a member of an archive exceeds a limit, and whether the limit is the harmless
 * one. Up to `MaxFileSize` clamd looks at a member; what is larger it cuts off, and of some archives it calls the rest
 * OK. Only when `MaxScanSize` is not above it does every such member exceed that limit too, which clamd always says. So
 * no size may be refused because of `MaxFileSize`.
 *
 * @param ask - what clamd says of a member of that size
 * @param known - where the border was the last time, so that two or three questions are enough
 */
export async function findBorder(
  ask: (sizeBytes: number) => Promise<ScanReply>,
  known: SizeBorder = LIKELY,
): Promise<SizeBorder | WrongAnswer> {
  let passedBytes = 0;
  let refusedBytes = LARGEST_BYTES;
  const guesses = [refusedBytes, known.refusedBytes, known.passedBytes];
  const middle = (): number => Math.floor((passedBytes + refusedBytes) / 2);
  const isDone = (): boolean => guesses.length === 0 && refusedBytes - passedBytes <= TOLERANCE_BYTES;
  while (!isDone()) {
    const sizeBytes = guesses.shift() ?? middle();
    const wrong = judge(await ask(sizeBytes), sizeBytes);
    if (typeof wrong === 'object') return wrong;
    if (wrong === 'refused') refusedBytes = Math.min(refusedBytes, sizeBytes);
    else passedBytes = Math.max(passedBytes, sizeBytes);
    if (passedBytes >= refusedBytes) return { wrong: 'contradicts itself about the size of members' };
  }
  return { passedBytes, refusedBytes };
}

function judge(reply: ScanReply, sizeBytes: number): 'passed' | 'refused' | WrongAnswer {
  if (reply.kind === 'ok') {
    return sizeBytes < LARGEST_BYTES ? 'passed' : { wrong: 'passes members that it cannot look into' };
  }
  if (reply.kind !== 'limit') return { wrong: 'takes the size of a member for something else' };
  return reply.detail.endsWith('MaxScanSize')
    ? 'refused'
    : { wrong: 'cuts large members of archives off unseen: MaxScanSize must not be above MaxFileSize' };
}
