import { describeBytes } from '../domain/describe-bytes.js';
import type { File } from '../domain/file.js';
import { vaultKeyOf } from '../domain/object-keys.js';
import type { Verdict } from '../domain/verdict.js';
import type { FileTransaction, TenantScope } from '../ports/file-store.js';
import type { InspectionJob } from '../ports/job-queue.js';
import { announceProgress } from './announce.js';
import { concludeByEvidence, concludeUnscannable } from './inspection/conclude.js';
import { examine } from './inspection/examine.js';
import { FencedError } from './inspection/heartbeat.js';
import { giveUpStalled, recover } from './inspection/give-up.js';
import type { InspectFileDeps, Inspection, InspectionEnd } from './inspection/inspection.js';
import { expectContent } from './inspection/known-scan.js';
import { discardSealedCopy } from './inspection/discard-sealed-copy.js';

/** What became of one job. */
export type InspectionOutcome =
  | (Extract<InspectionEnd, { kind: 'decided' }> & { readonly durationMs: number })
  | Exclude<InspectionEnd, { kind: 'decided' }>
  /** Somebody else inspects the file, has done so, or has to wait first. */
  | { readonly kind: 'not-due' };

/**
 * Attempts beyond the maximum that a file gets when attempts ended without a failure that anybody saw: the
 * worker was stopped or killed. A file that kills every worker still ends after these.
 */
const SPARE_ATTEMPTS = 3;

/** Attempts whose ends are remembered. */
const MAX_REMEMBERED = 100;
/** Interruptions beyond these count as attempts: an inspection that no worker ever ends in time must not go on for ever. */
const MAX_FREE_INTERRUPTIONS = 100;

/**
 * Inspects one file and decides over it. At least once is enough: a job that comes again, late or twice
 * changes nothing.
 *
 * @returns a function of the job, of a signal that interrupts it, and of what is told when the inspection has begun
 * @throws TransientError when the database cannot be reached; the lease then ends by itself
 */
export const inspectFile =
  (deps: InspectFileDeps) =>
  async (job: InspectionJob, signal: AbortSignal, onBegun?: () => void): Promise<InspectionOutcome> => {
    const begunAtMs = deps.clock.now().getTime();
    const scope = scopeOf(job);
    const begun = await deps.files.transact(scope, async (tx) => {
      const [file, parts] = await Promise.all([
        tx.beginInspection(job.fileId, deps.settings.leaseMs),
        tx.parts(job.fileId),
      ]);
      if (!file) return undefined;
      const expected = await expectContent(tx, file, parts);
      return { file, parts, expected, ...(await readHistory(tx, file)) };
    });
    if (!begun) return { kind: 'not-due' };
    onBegun?.();
    announceProgress(deps.bus, begun.file);
    const inspection = toInspection(deps, scope, begun);
    const end = await inspect(inspection, signal);
    return end.kind === 'decided' ? { ...end, durationMs: deps.clock.now().getTime() - begunAtMs } : end;
  };

/**
 * An attempt before this one of which nobody noted how it ended lost its worker without a word. One that was interrupted
 * says nothing of the file, so it is no try.
 */
async function readHistory(
  tx: FileTransaction,
  { id, attempt }: File,
): Promise<Pick<Inspection, 'tries' | 'hadOvertime'>> {
  if (attempt === 1) return { tries: 1, hadOvertime: false };
  await tx.noteFailedAttempt(id, { attempt: attempt - 1, ...LOST });
  const before = await tx.attemptsBeforeReplay(id);
  const interrupted = await tx.interruptedAttempts(id, before);
  const tries = attempt - before - Math.min(interrupted, MAX_FREE_INTERRUPTIONS);
  const ends = await tx.failedAttempts(id, attempt, MAX_REMEMBERED);
  return { tries, hadOvertime: ends.some((end) => end.attempt > before && end.failureClass === 'OVERTIME') };
}

const LOST = { failureClass: 'LOST', message: 'The worker was lost.' } as const;

function scopeOf({ tenantId, correlationId, traceparent }: InspectionJob): TenantScope {
  const scope = { tenantId, subject: 'system:inspection', correlationId };
  return traceparent === undefined ? scope : { ...scope, traceparent };
}

const toInspection = (
  deps: InspectFileDeps,
  scope: TenantScope,
  begun: Pick<Inspection, 'file' | 'parts' | 'expected' | 'tries' | 'hadOvertime'>,
): Inspection => ({
  deps,
  scope,
  ...begun,
  sizeBytes: begun.file.sizeBytes ?? begun.file.receivedBytes,
  sealedKey: vaultKeyOf(begun.file.tenantId, begun.file.id, begun.file.attempt),
});

async function inspect(inspection: Inspection, signal: AbortSignal): Promise<InspectionEnd> {
  const { deps, tries, sizeBytes } = inspection;
  if (tries > deps.settings.maxAttempts + SPARE_ATTEMPTS) return giveUpStalled(inspection);
  if (sizeBytes > deps.scanner.maxStreamBytes && !(await mayBeSegmented(inspection))) {
    const detail = `The scanner judges at most ${describeBytes(deps.scanner.maxStreamBytes)}.`;
    return endWith(inspection, await concludeUnscannable(inspection, 'SCANNER_LIMIT', detail));
  }
  try {
    const evidence = await examine(inspection, signal);
    return await endWith(inspection, await concludeByEvidence(inspection, evidence));
  } catch (error) {
    return recover(inspection, error, signal.aborted);
  }
}

async function mayBeSegmented({ deps, scope }: Inspection): Promise<boolean> {
  const { oversize } = await deps.files.transact(scope, (tx) => tx.policy());
  return oversize === 'OVERLAPPING_SEGMENTS';
}

async function endWith(inspection: Inspection, verdict: Verdict | undefined): Promise<InspectionEnd> {
  if (verdict) return { kind: 'decided', verdict };
  await discardSealedCopy(inspection, new FencedError('Another inspection has begun'));
  return { kind: 'fenced' };
}
