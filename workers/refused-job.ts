import type { Logger } from '../src/observability/logger.js';
import type { Metrics } from '../src/observability/metrics.js';
import type { RefusedJob } from '../src/usecases/dead-letters/record-refused-job.js';

/** What handling a refused job needs. */
export interface RefusedJobHandlerDeps {
  /** The use-case. */
  readonly recordRefusedJob: (job: RefusedJob) => Promise<boolean>;
  readonly metrics: Pick<Metrics, 'deadLettersAdded'>;
  readonly logger: Logger;
}

/** Handles a job whose payload is none of ours: counts it, and keeps it as a dead letter where it names a file. */
export const createRefusedJobHandler =
  ({ recordRefusedJob, metrics, logger }: RefusedJobHandlerDeps) =>
  async (job: RefusedJob | undefined): Promise<void> => {
    metrics.deadLettersAdded.inc({ cause: 'PAYLOAD_REFUSED' });
    const isKnown = job !== undefined && (await recordRefusedJob(job));
    logger.error({ isKnown }, 'a job in the queue was none that the service makes');
  };
