import { context, propagation } from '@opentelemetry/api';
import { Queue, type JobsOptions } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import { timeout, TimeoutStrategy } from 'cockatiel';
import type { Cluster, Redis } from 'ioredis';
import { TransientError } from '../../domain/errors.js';
import type { JobPriority } from '../../domain/job-priority.js';
import { createBreaker, type Breaker } from '../../observability/breaker.js';
import type { Logger } from '../../observability/logger.js';
import type { InspectionJob, JobQueue } from '../../ports/job-queue.js';
import { INSPECTION_QUEUE, jobIdOf, QUEUE_PREFIX } from './inspection-job.js';

/** What the queue is made of. */
export interface InspectionQueueDeps {
  /** Must wait for Redis as long as it takes (`maxRetriesPerRequest: null`); this adapter adds the deadlines. */
  readonly connection: Redis | Cluster;
  readonly logger: Logger;
  /** Whether jobs carry and make spans. */
  readonly isTracing: boolean;
  /** Stands before every call; see {@link QUEUE_BREAKER}. @default one that nobody sees */
  readonly breaker?: Breaker;
  /** First part of every key. @default `{lazaret}`, so that a cluster keeps all keys in one slot */
  readonly prefix?: string;
  /** Longest wait for Redis, in milliseconds. @default 2000 */
  readonly timeoutMs?: number;
}

/** Jobs by state. */
export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
}

/** The queue of inspections, as whoever runs it sees it. */
export interface InspectionQueue extends JobQueue {
  /** Throws `TransientError`. */
  counts(): Promise<QueueCounts>;
  /** Resolves when jobs can be added. Throws `TransientError`. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** BullMQ takes jobs without a priority first, which is zero, and in order; then by number. */
const PRIORITIES = { INTERACTIVE: 0, BULK: 10, MAINTENANCE: 20 } as const satisfies Record<
  JobPriority,
  number
>;
/** Jobs that failed are kept with their cause, this many and this long. */
const KEPT_FAILURES = { count: 1_000, age: 86_400 };
/** How the breaker before the queue behaves. */
export const QUEUE_BREAKER = { dependency: 'redis', failures: 5, openMs: 1_000 } as const;

/** The queue over BullMQ. Every call ends within the timeout, and at once while Redis is away. */
export function createInspectionQueue(deps: InspectionQueueDeps): InspectionQueue {
  const { connection, logger, isTracing, prefix = QUEUE_PREFIX, timeoutMs = 2_000 } = deps;
  const queue = new Queue(INSPECTION_QUEUE, {
    connection,
    prefix,
    ...(isTracing ? { telemetry: new BullMQOtel({ tracerName: 'lazaret' }) } : {}),
  });
  queue.on('error', (err) => {
    logger.debug({ err }, 'inspection queue');
  });
  const call = createCaller(connection, timeoutMs, deps.breaker);

  return {
    enqueueInspection: (job) => call(() => context.with(parentOf(job), () => add(queue, connection, job))),
    counts: () => call(() => countJobs(queue)),
    check: () => call(() => connection.ping()).then(() => undefined),
    close: () => queue.close(),
  };
}

/** Adds a job; one that is new takes no longer than that. */
async function add(queue: Queue, connection: Redis | Cluster, job: InspectionJob): Promise<void> {
  const jobId = jobIdOf(job);
  const options = { ...JOB_OPTIONS, jobId, priority: PRIORITIES[job.priority] };
  const insert = (): Promise<unknown> => queue.add('inspect', job, options);
  // Both are under way before either is answered. BullMQ leaves a job alone whose key is there.
  const [isKnown] = await Promise.all([connection.exists(queue.toKey(jobId)), insert()]);
  // A failed job is kept to be looked at, and what Redis lost the place of is in no list: neither ever runs, and neither must
  // stand in the way of the sweeper's next try.
  if (isKnown === 0 || !DEAD_STATES.has(await queue.getJobState(jobId))) return;
  await queue.remove(jobId);
  await insert();
}

const DEAD_STATES: ReadonlySet<string> = new Set(['failed', 'unknown']);

const JOB_OPTIONS: JobsOptions = {
  attempts: 1, // The database counts attempts and the sweeper repeats; two rules of retry would disagree.
  removeOnComplete: true, // An id that was used must be free again.
  removeOnFail: KEPT_FAILURES,
  stackTraceLimit: 10,
};

const parentOf = ({ traceparent }: InspectionJob): ReturnType<typeof context.active> =>
  traceparent === undefined ? context.active() : propagation.extract(context.active(), { traceparent });

async function countJobs(queue: Queue): Promise<QueueCounts> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed');
  const of = (state: string): number => counts[state] ?? 0;
  return {
    waiting: of('waiting') + of('prioritized'),
    active: of('active'),
    delayed: of('delayed'),
    failed: of('failed'),
  };
}

/** BullMQ waits for a lost connection without an end; nobody who asks here may. */
function createCaller(
  connection: Redis | Cluster,
  timeoutMs: number,
  breaker = createBreaker(QUEUE_BREAKER),
): <T>(work: () => Promise<T>) => Promise<T> {
  const limit = timeout(timeoutMs, TimeoutStrategy.Aggressive);
  return async (work) => {
    try {
      return await breaker.run(async () => {
        if (connection.status !== 'ready') throw new TransientError('redis', 'The queue is not connected.');
        return await limit.execute(work);
      });
    } catch (cause) {
      throw new TransientError('redis', 'The queue did not take the call.', { cause });
    }
  };
}
