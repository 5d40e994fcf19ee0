import { withCorrelationId } from '../src/observability/correlation-scope.js';
import type { Logger } from '../src/observability/logger.js';
import type { Metrics } from '../src/observability/metrics.js';
import type { Clock } from '../src/ports/clock.js';
import type { InspectionJob, JobQueue } from '../src/ports/job-queue.js';
import type { Verdict } from '../src/domain/verdict.js';

/** What the use-case comes to, as far as the worker is concerned. */
export type InspectionOutcome =
  | { readonly kind: 'decided'; readonly verdict: Verdict }
  /** Not in SCANNING, or under inspection by another worker. */
  | { readonly kind: 'not-due' }
  /** A dependency failed: to be tried again as another attempt. */
  | {
      readonly kind: 'postponed';
      readonly attempt: number;
      readonly delayMs: number;
      readonly cause: unknown;
    }
  /** Another attempt has taken over; nothing was written. */
  | { readonly kind: 'fenced' };

/** What handling a job needs. */
export interface InspectionHandlerDeps {
  /** The use-case. */
  readonly inspect: (job: InspectionJob, signal: AbortSignal) => Promise<InspectionOutcome>;
  readonly queue: JobQueue;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Handles one job: the use-case decides, this keeps the retry rule. An inspection that was postponed comes
 * back as a new job after its delay; should the queue not take it, the sweeper finds the file when it is due.
 */
export const createInspectionHandler =
  (deps: InspectionHandlerDeps) =>
  (job: InspectionJob, signal: AbortSignal): Promise<void> =>
    withCorrelationId(job.correlationId, async () => {
      const startedAt = deps.clock.now().getTime();
      const outcome = await deps.inspect(job, signal);
      measure(deps.metrics, outcome, (deps.clock.now().getTime() - startedAt) / 1000);
      if (outcome.kind === 'postponed') await postpone(deps, job, outcome);
    });

async function postpone(
  { queue, logger }: InspectionHandlerDeps,
  job: InspectionJob,
  { attempt, delayMs, cause }: InspectionOutcome & { kind: 'postponed' },
): Promise<void> {
  logger.warn({ err: cause, fileId: job.fileId, attempt, delayMs }, 'inspection postponed');
  await queue.enqueueInspection({ ...job, attempt }, delayMs).catch((err: unknown) => {
    logger.warn({ err, fileId: job.fileId }, 'the queue took no second try; the sweeper will ask again');
  });
}

/** What was never begun is not measured: it would make inspections look fast. */
function measure(metrics: Metrics, outcome: InspectionOutcome, seconds: number): void {
  if (outcome.kind === 'not-due') return;
  const label = outcome.kind === 'decided' ? outcome.verdict.outcome : outcome.kind;
  metrics.scanDurationSeconds.observe({ outcome: label }, seconds);
  if (outcome.kind !== 'decided') return;
  metrics.verdicts.inc({ outcome: outcome.verdict.outcome });
  metrics.scannedBytes.inc(outcome.verdict.scannedBytes);
}
