import type { DeadLetterCause, NewDeadLetter } from '../../domain/dead-letter.js';
import { classify, describeFailure, type Failure } from '../../domain/failure.js';
import { nextStep } from '../../domain/retry.js';
import type { VerdictReason } from '../../domain/verdict.js';
import { announceProgress } from '../announce.js';
import { chooseDelay } from './choose-delay.js';
import { concludeUnscannable } from './conclude.js';
import { discardSealedCopy } from './discard-sealed-copy.js';
import { FencedError } from './heartbeat.js';
import type { Inspection, InspectionEnd } from './inspection.js';

const FENCED: InspectionEnd = { kind: 'fenced' };

/**
 * Decides what follows an attempt that came to no verdict: another one by the rule of retry, or the end of the file as
 * UNSCANNABLE with a dead letter. An attempt that was interrupted comes again at once and counts for nothing.
 *
 * @param isStopped - whether the worker was told to stop
 */
export async function recover(
  inspection: Inspection,
  error: unknown,
  isStopped: boolean,
): Promise<InspectionEnd> {
  if (isStopped && !(error instanceof FencedError)) return interrupt(inspection, error);
  await discardSealedCopy(inspection, error);
  if (error instanceof FencedError) return FENCED;
  const { deps, tries } = inspection;
  const failure = classify(error);
  const step = nextStep(failure, tries, deps.settings);
  const { failureClass } = failure;
  const end = { failureClass, message: describeFailure(failure) };
  if (step.kind === 'retry') return postpone(inspection, end, chooseDelay(step), error);
  return giveUp(inspection, reasonOf(failure), { ...end, cause: step.cause }, error);
}

/** Ends a file that kills every worker: its attempts ended without a word. */
export const giveUpStalled = (inspection: Inspection): Promise<InspectionEnd> =>
  giveUp(
    inspection,
    'INSPECTION_FAILED',
    { cause: 'STALLED', failureClass: 'LOST', message: 'No inspection came to its end.' },
    new Error('No inspection came to its end.'),
  );

/** A worker that stops has little time, and a store that hangs takes all of it: what must not be lost is noted first. */
async function interrupt(inspection: Inspection, error: unknown): Promise<InspectionEnd> {
  const end = await postpone(inspection, INTERRUPTED, 0, error);
  await discardSealedCopy(inspection, error);
  return end;
}

const INTERRUPTED = { failureClass: 'INTERRUPTED', message: 'The worker was stopped.' } as const;

type End = Pick<NewDeadLetter, 'failureClass' | 'message'>;

async function postpone(
  { deps, scope, file }: Inspection,
  end: End,
  delayMs: number,
  cause: unknown,
): Promise<InspectionEnd> {
  const { id, attempt } = file;
  const isCurrent = await deps.files.transact(scope, async (tx) => {
    const isOurs = await tx.postponeInspection(id, attempt, delayMs);
    if (isOurs) await tx.noteFailedAttempt(id, { attempt, ...end });
    return isOurs;
  });
  if (!isCurrent) return FENCED;
  announceProgress(deps.bus, file);
  return { kind: 'postponed', attempt, delayMs, cause };
}

async function giveUp(
  inspection: Inspection,
  reason: VerdictReason,
  end: End & { readonly cause: DeadLetterCause },
  error: unknown,
): Promise<InspectionEnd> {
  const letter = { ...end, attempt: inspection.file.attempt };
  const detail = `The inspection was given up: ${end.message}`;
  const verdict = await concludeUnscannable(inspection, reason, detail, letter);
  return verdict ? { kind: 'decided', verdict, givenUp: { cause: end.cause, error } } : FENCED;
}

function reasonOf({ dependency }: Failure): VerdictReason {
  if (dependency === 'scanner') return 'SCANNER_UNAVAILABLE';
  if (dependency === 'analyser') return 'ANALYSER_UNAVAILABLE';
  return dependency === 'object-store' ? 'STORE_UNAVAILABLE' : 'INSPECTION_FAILED';
}
