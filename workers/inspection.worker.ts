import { withCorrelationId } from '../src/observability/correlation-scope.js';
import type { Logger } from '../src/observability/logger.js';
import type { Metrics } from '../src/observability/metrics.js';
import { currentTraceparent, traceFile } from '../src/observability/tracing.js';
import type { InspectionJob } from '../src/ports/job-queue.js';
import type { ByteBudget } from '../src/usecases/inspection/byte-budget.js';
import type { InspectionOutcome } from '../src/usecases/inspect-file.js';
import type { RescanOutcome } from '../src/usecases/rescan/rescan-copy.js';
import type { DependencyGate } from './dependency-gate.js';
import type { StoreRoom } from './store-room.js';

/** What handling a job needs. */
export interface InspectionHandlerDeps {
  /** The use-case. */
  readonly inspect: (
    job: InspectionJob,
    signal: AbortSignal,
    onBegun: () => void,
  ) => Promise<InspectionOutcome>;
  /** The use-case of examining again. */
  readonly rescan: (job: InspectionJob, signal: AbortSignal) => Promise<RescanOutcome>;
  /** Told when an inspection has begun or was put back, and the queue has room for another. */
  readonly onRoom: () => void;
  /** Holds back what could only fail. */
  readonly gate: Pick<DependencyGate, 'pass'>;
  /** Holds back what the store has no room for. */
  readonly storeRoom: Pick<StoreRoom, 'take'>;
  /** How much may be read at the same time. */
  readonly byteBudget: ByteBudget;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/**
 * Handles one job: the use-case decides, this tells of it. An inspection that was postponed waits in the database and
 * gets its next turn when it is due.
 */
export const createInspectionHandler =
  (deps: InspectionHandlerDeps) =>
  (queued: InspectionJob, signal: AbortSignal): Promise<void> =>
    withCorrelationId(queued.correlationId, () => {
      traceFile(queued);
      return withRoom(deps, queued, signal, () => handle(deps, belowRunningSpan(queued), signal));
    });

/** A job that is not let in has not begun: it stays due in the database, and the sweeper asks for it again. */
async function withRoom(
  deps: InspectionHandlerDeps,
  job: InspectionJob,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  const { byteBudget, metrics, logger } = deps;
  const giveBack = (await deps.gate.pass(signal)) ? await takeRoom(deps, job, signal) : undefined;
  if (!giveBack) {
    logger.debug({ fileId: job.fileId }, 'inspection not begun, as the worker stops');
    return;
  }
  metrics.bytesInFlight.set(byteBudget.heldBytes());
  try {
    await work();
  } finally {
    giveBack();
    metrics.bytesInFlight.set(byteBudget.heldBytes());
  }
}

/** Always in this order, so that nobody who has one waits for somebody who has the other. */
async function takeRoom(
  { storeRoom, byteBudget }: InspectionHandlerDeps,
  { priority, sizeBytes }: InspectionJob,
  signal: AbortSignal,
): Promise<(() => void) | undefined> {
  // To examine again writes nothing.
  const sealedBytes = priority === 'MAINTENANCE' ? 0 : (sizeBytes ?? 0);
  const leaveStore = sealedBytes > 0 ? await storeRoom.take(sealedBytes, signal) : () => undefined;
  if (!leaveStore) return undefined;
  const leaveBudget = await byteBudget.take(sizeBytes, signal);
  if (!leaveBudget) leaveStore();
  return (
    leaveBudget &&
    (() => {
      leaveBudget();
      leaveStore();
    })
  );
}

async function handle(deps: InspectionHandlerDeps, job: InspectionJob, signal: AbortSignal): Promise<void> {
  if (job.priority === 'MAINTENANCE') {
    reportRescan(deps, job, await deps.rescan(job, signal));
    return;
  }
  // Whoever has begun has left the queue.
  const outcome = await deps.inspect(job, signal, deps.onRoom);
  deps.logger.debug({ fileId: job.fileId, outcome: outcome.kind }, 'inspection ended');
  if (outcome.kind === 'decided') conclude(deps, job, outcome);
  if (outcome.kind === 'postponed') tellPostponed(deps, job, outcome);
}

/** What the job causes, the verdict's event above all, belongs below the span of the job. */
function belowRunningSpan(job: InspectionJob): InspectionJob {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? job : { ...job, traceparent };
}

function tellPostponed(
  { onRoom, logger }: InspectionHandlerDeps,
  { fileId }: InspectionJob,
  { attempt, delayMs, cause }: InspectionOutcome & { kind: 'postponed' },
): void {
  logger.warn({ err: cause, fileId, attempt, delayMs }, 'inspection postponed');
  onRoom();
}

function conclude(
  { metrics, logger }: InspectionHandlerDeps,
  { fileId }: InspectionJob,
  { verdict, durationMs, givenUp }: InspectionOutcome & { kind: 'decided' },
): void {
  const { outcome, reason, scannedBytes } = verdict;
  logger.info({ fileId, outcome, reason, scannedBytes, durationMs }, 'inspection decided');
  metrics.scanDurationSeconds.observe({ outcome }, durationMs / 1000);
  metrics.verdicts.inc({ outcome });
  metrics.scannedBytes.inc(scannedBytes);
  if (!givenUp) return;
  const { cause, error } = givenUp;
  metrics.deadLettersAdded.inc({ cause });
  logger.error({ err: error, fileId, cause }, 'inspection given up; its dead letter waits for a decision');
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
