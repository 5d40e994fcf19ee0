import { withCorrelationId } from '../src/observability/correlation-scope.js';
import type { Logger } from '../src/observability/logger.js';
import type { Metrics } from '../src/observability/metrics.js';
import { currentTraceparent, traceFile } from '../src/observability/tracing.js';
import type { InspectionJob, JobQueue } from '../src/ports/job-queue.js';
import type { InspectionOutcome } from '../src/usecases/inspect-file.js';
import type { RescanOutcome } from '../src/usecases/rescan/rescan-copy.js';

/** What handling a job needs. */
export interface InspectionHandlerDeps {
  /** The use-case. */
  readonly inspect: (job: InspectionJob, signal: AbortSignal) => Promise<InspectionOutcome>;
  /** The use-case of examining again. */
  readonly rescan: (job: InspectionJob, signal: AbortSignal) => Promise<RescanOutcome>;
  readonly queue: JobQueue;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * Handles one job: the use-case decides, this keeps the retry rule. An inspection that was postponed comes
 * back as a new job after its delay; should the queue not take it, the sweeper finds the file when it is due.
 */
export const createInspectionHandler =
  (deps: InspectionHandlerDeps) =>
  (queued: InspectionJob, signal: AbortSignal): Promise<void> =>
    withCorrelationId(queued.correlationId, async () => {
      traceFile(queued);
      const job = belowRunningSpan(queued);
      if (job.priority === 'MAINTENANCE') {
        reportRescan(deps, job, await deps.rescan(job, signal));
        return;
      }
      const outcome = await deps.inspect(job, signal);
      deps.logger.debug({ fileId: job.fileId, outcome: outcome.kind }, 'inspection ended');
      if (outcome.kind === 'decided') conclude(deps, job, outcome);
      if (outcome.kind === 'postponed') await postpone(deps, job, outcome);
    });

/** What the job causes, the verdict's event above all, belongs below the span of the job. */
function belowRunningSpan(job: InspectionJob): InspectionJob {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? job : { ...job, traceparent };
}

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

function conclude(
  { metrics, logger }: InspectionHandlerDeps,
  { fileId }: InspectionJob,
  { verdict, durationMs }: InspectionOutcome & { kind: 'decided' },
): void {
  const { outcome, reason, scannedBytes } = verdict;
  logger.info({ fileId, outcome, reason, scannedBytes, durationMs }, 'inspection decided');
  metrics.scanDurationSeconds.observe({ outcome }, durationMs / 1000);
  metrics.verdicts.inc({ outcome });
  metrics.scannedBytes.inc(scannedBytes);
}

/** What failed stays due in the database; nothing of it is repeated here. */
function reportRescan(
  { metrics, logger }: InspectionHandlerDeps,
  { tenantId, fileId }: InspectionJob,
  outcome: RescanOutcome,
): void {
  if (outcome.kind === 'not-due') return;
  metrics.rescans.inc({ outcome: outcome.kind });
  switch (outcome.kind) {
    case 'clean':
      logger.debug({ fileId }, 'examined again');
      return;
    case 'hit': {
      const { signature, fileCount } = outcome;
      metrics.rescanHits.inc(fileCount);
      logger.warn({ tenantId, fileId, signature, fileCount }, 'clean content was found infected');
      return;
    }
    case 'inconclusive':
      logger.warn({ fileId, detail: outcome.detail }, 'the scanner did not look into all of it');
      return;
    case 'failed':
      logger.error({ err: outcome.cause, fileId }, 'a sealed copy could not be examined again');
  }
}
