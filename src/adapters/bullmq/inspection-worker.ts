import { setTimeout as delay } from 'node:timers/promises';
import { isNotConnectionError, UnrecoverableError, Worker, type Job } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import type { Logger } from '../../observability/logger.js';
import type { InspectionJob } from '../../ports/job-queue.js';
import { createLastingWorker } from './lasting-worker.js';
import {
  INSPECTION_QUEUE,
  inspectionPayload,
  jobSubject,
  QUEUE_PREFIX,
  type JobSubject,
} from './inspection-job.js';

/** What a worker is made of. */
export interface InspectionWorkerDeps {
  /** Copied twice by BullMQ; must not be lazy and must wait as long as it takes. */
  readonly connection: Redis | Cluster;
  /** Jobs that run at the same time. */
  readonly concurrency: number;
  /** Does the work. What it throws is kept with the job; the sweeper decides about another try. */
  readonly process: (job: InspectionJob, signal: AbortSignal) => Promise<void>;
  /**
   * Told of a job whose payload is none of ours, and of whom it speaks where it names a file. What it throws is logged.
   */
  readonly onRefused?: ((job: JobSubject | undefined) => Promise<void>) | undefined;
  readonly logger: Logger;
  /** Whether jobs continue the trace they were caused by. */
  readonly isTracing: boolean;
  /**
   * How long a job that its worker took and never began keeps others away, and again as long until that is
   * noticed. As long as the lease of an inspection, which guards those that have begun. @default 15000
   */
  readonly lockMs?: number;
  /** Longest wait for a job while Redis is there. @default 45000 */
  readonly longestWaitMs?: number | undefined;
  /** The queue's. @default `{lazaret}`, so that a cluster keeps all keys in one slot */
  readonly prefix?: string;
}

/** Takes jobs until it is stopped. */
export interface InspectionWorker {
  /** Begins to take jobs, now or when Redis is found. */
  start(): void;
  /** Takes no more jobs and waits for those that run; cancels them when the signal aborts. Idempotent. */
  stop(signal: AbortSignal): Promise<void>;
}

/** Redis gives a job to another worker when this one was silent for so long. */
const DEFAULT_LOCK_MS = 15_000;
/** What BullMQ gets to note the end of jobs that were cancelled. */
const FAREWELL_MS = 500;
/** How often a job may lose its worker before it is kept as failed; the sweeper then makes a new one. */
const MAX_STALLS = 2;

/**
 * The BullMQ side of the inspection. Locks in Redis only spare work: that two workers never decide over one
 * file is ensured by the fencing token in the database.
 */
export function createInspectionWorker(deps: InspectionWorkerDeps): InspectionWorker {
  const { logger, isTracing, prefix = QUEUE_PREFIX, lockMs = DEFAULT_LOCK_MS } = deps;
  const running = new Set<Promise<void>>();
  const open = (): Worker => {
    const opened = new Worker(INSPECTION_QUEUE, run(deps, running), {
      connection: deps.connection,
      concurrency: deps.concurrency,
      prefix,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: MAX_STALLS,
      ...(isTracing ? { telemetry: new BullMQOtel({ tracerName: 'lazaret' }) } : {}),
    });
    listen(opened, logger);
    return opened;
  };
  const lasting = createLastingWorker({ ...deps, open });
  return {
    start: () => lasting.start(),
    async stop(signal) {
      const worker = lasting.current();
      const urged = Promise.withResolvers<undefined>();
      const urge = (): void => {
        worker.cancelAllJobs('The worker is stopping.');
        urged.resolve(undefined);
      };
      if (signal.aborted) urge();
      signal.addEventListener('abort', urge, { once: true });
      // While Redis is away BullMQ would wait for it for ever: then only what runs here is waited for.
      const isLost = deps.connection.status !== 'ready';
      const closed = worker.close(isLost);
      await Promise.race([closed, urged.promise]);
      await Promise.allSettled(running);
      await Promise.race([closed, delay(FAREWELL_MS)]);
      signal.removeEventListener('abort', urge);
      void worker.getBackend().close(true);
    },
  };
}

type Processor = (job: Job, token?: string, signal?: AbortSignal) => Promise<void>;

// BullMQ hands the signal only to a function that declares three parameters.
const run =
  ({ process, onRefused, logger }: InspectionWorkerDeps, running: Set<Promise<void>>): Processor =>
  async (job: Job, _token: string | undefined, signal: AbortSignal | undefined) => {
    const payload = inspectionPayload.safeParse(job.data);
    if (!payload.success) {
      await onRefused?.(jobSubject.safeParse(job.data).data).catch((err: unknown) => {
        logger.warn({ err, jobId: job.id }, 'a refused job was not recorded');
      });
      throw new UnrecoverableError(`Payload refused: ${z.prettifyError(payload.error)}`);
    }
    const work = process(payload.data, signal ?? new AbortController().signal);
    running.add(work);
    await work.finally(() => running.delete(work));
  };

function listen(worker: Worker, logger: Logger): void {
  worker.on('error', (err) => {
    // A lost connection is logged once where it is made; BullMQ repeats it with every try.
    if (isNotConnectionError(err)) logger.warn({ err }, 'inspection worker');
  });
  worker.on('failed', (job, err) => {
    logger.error({ err, jobId: job?.id, ...correlationOf(job) }, 'inspection job failed');
  });
  worker.on('stalled', (jobId) => {
    logger.warn({ jobId }, 'inspection job lost its worker and is given to another');
  });
}

/** The payload may be anybody's: it is logged only when it is one of ours. */
function correlationOf(job: Job | undefined): Pick<InspectionJob, 'correlationId'> | undefined {
  const { data } = inspectionPayload.pick({ correlationId: true }).safeParse(job?.data);
  return data;
}
