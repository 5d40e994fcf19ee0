import type { Worker } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from '../../observability/logger.js';
import { withDeadline } from '../common/with-deadline.js';

/** What keeps a worker at work. */
export interface LastingWorkerDeps {
  /** Makes a worker that does not run yet, with connections of its own. */
  readonly open: () => Worker;
  /** Of the same Redis: while it is away there is nothing to wait for in vain. */
  readonly connection: Redis | Cluster;
  readonly logger: Logger;
  /** Longest wait for a job, or for word that there is none, while Redis is there. @default 45000 */
  readonly longestWaitMs?: number | undefined;
}

/** A worker that takes jobs for as long as there is Redis. */
export interface LastingWorker {
  /** The one that takes jobs now; once it is closed, none takes its place. */
  current(): Worker;
  start(): void;
}

/**
 * Longer than BullMQ's own patience: it asks for a job for 5 s at a time, and gives a cluster 30 s to take it back. Then it
 * closes its connection, and waits without a bound for word that it is closed.
 */
const LONGEST_WAIT_MS = 45_000;

/** Replaces a worker whose wait for a job has come to no end. What that one was at is cancelled, and comes again. */
export function createLastingWorker(deps: LastingWorkerDeps): LastingWorker {
  const { open, connection, logger, longestWaitMs = LONGEST_WAIT_MS } = deps;
  const begin = (): Worker => {
    const worker = open();
    const backend = worker.getBackend();
    const waitForJob = backend.waitForJob.bind(backend);
    backend.waitForJob = async (seconds) => {
      const waiting = waitForJob(seconds);
      for (;;) {
        try {
          return await withDeadline(
            waiting,
            longestWaitMs,
            () => new LateError('There is no word of a job.'),
          );
        } catch (error) {
          if (!(error instanceof LateError) || worker.closing) throw error;
          if (connection.status !== 'ready') continue;
          replace(worker);
          throw error;
        }
      }
    };
    return worker;
  };
  let current = begin();
  const start = (): void => {
    current.run().catch((err: unknown) => {
      logger.error({ err }, 'inspection worker ended');
    });
  };
  const replace = (stuck: Worker): void => {
    logger.warn({ longestWaitMs }, 'the wait for jobs came to no end; going on with a new connection');
    stuck.cancelAllJobs('Its connection was lost.');
    stuck.close(true).catch(() => undefined);
    current = begin();
    start();
  };
  return { current: () => current, start };
}

class LateError extends Error {
  override readonly name = 'LateError';
}
