import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, inject, it, vi } from 'vitest';
import { createInspectionQueue } from '../../src/adapters/bullmq/inspection-queue.js';
import { createInspectionWorker } from '../../src/adapters/bullmq/inspection-worker.js';
import { createRedisConnections } from '../../src/adapters/redis/redis-connections.js';
import { makeJob } from '../support/make-job.js';
import { redisTarget } from '../support/redis-target.js';

/** BullMQ itself looks after its connection for six seconds. */
const LONGEST_WAIT_MS = 8_000;

it('a worker whose connection neither says anything nor ends is replaced, and the job is done', async () => {
  const warn = vi.fn();
  const logger = Object.assign(pino({ level: 'silent' }), { warn });
  const connections = createRedisConnections(redisTarget(inject('services').redisUrl), logger);
  const connection = connections.openJobs();
  const common = { connection, logger, isTracing: false, prefix: `{${randomUUID()}}` };
  const queue = createInspectionQueue(common);
  await connections.connect(5_000);
  const duplicate = connection.duplicate.bind(connection) as () => typeof connection;
  const ends: (() => void)[] = [];
  let isLost = true;
  connection.duplicate = (() => {
    const copy = duplicate();
    if (!isLost) return copy;
    ends.push(copy.disconnect.bind(copy));
    return Object.assign(copy, { bzpopmin: () => new Promise(() => undefined), disconnect: () => undefined });
  }) as typeof connection.duplicate;
  const done: string[] = [];
  const worker = createInspectionWorker({
    ...common,
    concurrency: 1,
    longestWaitMs: LONGEST_WAIT_MS,
    process: async ({ fileId }) => void done.push(fileId),
  });
  isLost = false;
  worker.start();
  // It has asked for the jobs that were there, and waits for others.
  await sleep(1_000);
  const job = makeJob();
  await queue.enqueueInspection(job);
  await vi.waitFor(() => expect(done).toEqual([job.fileId]), 3 * LONGEST_WAIT_MS);
  expect(warn).toHaveBeenCalledWith(expect.anything(), expect.stringContaining('new connection'));
  await worker.stop(AbortSignal.timeout(5_000));
  for (const end of ends) end();
  await queue.close();
  await connections.close();
});
