import { pino } from 'pino';
import {
  createInspectionQueue,
  type InspectionQueue,
  type InspectionQueueDeps,
} from '../../src/adapters/bullmq/inspection-queue.js';
import {
  createInspectionWorker,
  type InspectionWorker,
  type InspectionWorkerDeps,
} from '../../src/adapters/bullmq/inspection-worker.js';
import { createRedisConnections, type RedisConnections } from '../../src/adapters/redis/redis-connections.js';
import { redisTarget } from './redis-target.js';

const CONNECT_TIMEOUT_MS = 5_000;
const STOP_TIMEOUT_MS = 5_000;

/** A queue with its workers, as a process has them. */
export interface OpenInspectionQueue {
  readonly queue: InspectionQueue;
  readonly connections: RedisConnections;
  /** Starts a worker that runs one job at a time. */
  readonly work: (process: InspectionWorkerDeps['process']) => InspectionWorker;
  readonly close: () => Promise<void>;
}

type QueueSettings = Partial<Pick<InspectionQueueDeps, 'isTracing' | 'timeoutMs' | 'breaker'>> & {
  readonly connectTimeoutMs?: number;
};

/** Opens the queue on a connection of its own. */
export async function openInspectionQueue(
  url: string,
  prefix: string,
  { isTracing = false, connectTimeoutMs = CONNECT_TIMEOUT_MS, ...settings }: QueueSettings = {},
): Promise<OpenInspectionQueue> {
  const logger = pino({ level: 'silent' });
  const connections = createRedisConnections(redisTarget(url), logger);
  const common = { connection: connections.openJobs(), logger, isTracing, prefix };
  const queue = createInspectionQueue({ ...common, ...settings });
  const workers: InspectionWorker[] = [];
  await connections.connect(connectTimeoutMs);
  return {
    queue,
    connections,
    work(process) {
      const worker = createInspectionWorker({ ...common, concurrency: 1, process });
      workers.push(worker);
      worker.start();
      return worker;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop(AbortSignal.timeout(STOP_TIMEOUT_MS))));
      await queue.close();
      await connections.close();
    },
  };
}
