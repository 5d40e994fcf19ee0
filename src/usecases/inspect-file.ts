import { PermanentError, TransientError } from '../domain/errors.js';
import { vaultKeyOf } from '../domain/object-keys.js';
import type { Verdict, VerdictReason } from '../domain/verdict.js';
import type { TenantScope } from '../ports/file-store.js';
import type { InspectionJob } from '../ports/job-queue.js';
import { announceProgress } from './announce.js';
import { chooseBackoff } from './inspection/backoff.js';
import { concludeByEvidence, concludeUnscannable } from './inspection/conclude.js';
import { examine } from './inspection/examine.js';
import { FencedError } from './inspection/heartbeat.js';
import type { InspectFileDeps, Inspection } from './inspection/inspection.js';
import { expectContent } from './inspection/known-scan.js';
import { discardSealedCopy } from './inspection/discard-sealed-copy.js';

/** What became of one job. */
export type InspectionOutcome =
  | { readonly kind: 'decided'; readonly verdict: Verdict; readonly durationMs: number }
  /** Somebody else inspects the file, has done so, or has to wait first. */
  | { readonly kind: 'not-due' }
  /** It failed, or was interrupted (`delayMs` is zero then), and comes again. `attempt` is the one that ended. */
  | {
      readonly kind: 'postponed';
      readonly attempt: number;
      readonly delayMs: number;
      readonly cause: unknown;
    }
  /** Another attempt took over; this one left nothing behind. */
  | { readonly kind: 'fenced' };

/**
 * Attempts beyond the maximum that a file gets when attempts ended without a failure that anybody saw: the
 * worker was stopped or killed. A file that kills every worker still ends after these.
 */
const SPARE_ATTEMPTS = 3;

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
      const file = await tx.beginInspection(job.fileId, deps.settings.leaseMs);
      if (!file) return undefined;
      const parts = await tx.parts(file.id);
      return { file, parts, expected: await expectContent(tx, file, parts) };
    });
    if (!begun) return { kind: 'not-due' };
    onBegun?.();
    announceProgress(deps.bus, begun.file);
    const inspection = toInspection(deps, scope, begun);
    const outcome = await inspect(inspection, signal);
    if (!('outcome' in outcome)) return outcome;
    return { kind: 'decided', verdict: outcome, durationMs: deps.clock.now().getTime() - begunAtMs };
  };

type Unfinished = Exclude<InspectionOutcome, { kind: 'decided' }>;

const FENCED: Unfinished = { kind: 'fenced' };

function scopeOf({ tenantId, correlationId, traceparent }: InspectionJob): TenantScope {
  const scope = { tenantId, subject: 'system:inspection', correlationId };
  return traceparent === undefined ? scope : { ...scope, traceparent };
}

const toInspection = (
  deps: InspectFileDeps,
  scope: TenantScope,
  { file, parts, expected }: Pick<Inspection, 'file' | 'parts' | 'expected'>,
): Inspection => ({
  deps,
  scope,
  file,
  parts,
  expected,
  sizeBytes: file.sizeBytes ?? file.receivedBytes,
  sealedKey: vaultKeyOf(file.tenantId, file.id, file.attempt),
});

async function inspect(inspection: Inspection, signal: AbortSignal): Promise<Verdict | Unfinished> {
  const { deps, file, sizeBytes } = inspection;
  if (file.attempt > deps.settings.maxAttempts + SPARE_ATTEMPTS) {
    return end(inspection, 'INSPECTION_FAILED', 'No inspection came to its end.');
  }
  if (sizeBytes > deps.scanner.maxStreamBytes && !(await mayBeSegmented(inspection))) {
    const limit = String(deps.scanner.maxStreamBytes);
    return end(inspection, 'SCANNER_LIMIT', `The scanner judges at most ${limit} bytes.`);
  }
  try {
    const evidence = await examine(inspection, signal);
    return (await concludeByEvidence(inspection, evidence)) ?? (await giveUp(inspection));
  } catch (error) {
    return recover(inspection, error, signal);
  }
}

async function mayBeSegmented({ deps, scope }: Inspection): Promise<boolean> {
  const { oversize } = await deps.files.transact(scope, (tx) => tx.policy());
  return oversize === 'OVERLAPPING_SEGMENTS';
}

const end = async (
  inspection: Inspection,
  reason: VerdictReason,
  detail: string,
): Promise<Verdict | Unfinished> => (await concludeUnscannable(inspection, reason, detail)) ?? FENCED;

async function giveUp(inspection: Inspection): Promise<Unfinished> {
  await discardSealedCopy(inspection, new FencedError('Another inspection has begun'));
  return FENCED;
}

async function recover(
  inspection: Inspection,
  cause: unknown,
  signal: AbortSignal,
): Promise<Verdict | Unfinished> {
  const { deps, scope, file } = inspection;
  await discardSealedCopy(inspection, cause);
  if (cause instanceof FencedError) return FENCED;
  if (!signal.aborted && file.attempt >= deps.settings.maxAttempts) {
    return end(inspection, reasonOf(cause), 'Every attempt to inspect the file failed.');
  }
  const delayMs = signal.aborted ? 0 : chooseBackoff(file.attempt, deps.settings);
  const isCurrent = await deps.files.transact(scope, (tx) =>
    tx.postponeInspection(file.id, file.attempt, delayMs),
  );
  if (!isCurrent) return FENCED;
  announceProgress(deps.bus, file);
  return { kind: 'postponed', attempt: file.attempt, delayMs, cause };
}

function reasonOf(cause: unknown): VerdictReason {
  if (!(cause instanceof TransientError) && !(cause instanceof PermanentError)) return 'INSPECTION_FAILED';
  if (cause.dependency === 'scanner') return 'SCANNER_UNAVAILABLE';
  if (cause.dependency === 'analyser') return 'ANALYSER_UNAVAILABLE';
  return cause.dependency === 'object-store' ? 'STORE_UNAVAILABLE' : 'INSPECTION_FAILED';
}
