import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis, type Command } from 'ioredis';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createInspectionQueue } from '../../src/adapters/bullmq/inspection-queue.js';
import { makeJob } from '../support/make-job.js';
import { openInspectionQueue, type OpenInspectionQueue } from '../support/open-inspection-queue.js';

describe('the inspection worker', () => {
  const { redisUrl } = inject('services');
  let prefix = '';
  let open: OpenInspectionQueue;

  beforeEach(async () => {
    prefix = randomUUID();
    open = await openInspectionQueue(redisUrl, prefix);
  });
  afterEach(() => open.close());

  const withRawQueue = async <T>(work: (queue: Queue) => Promise<T>): Promise<T> => {
    const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
    const queue = new Queue('inspection', { connection, prefix });
    try {
      return await work(queue);
    } finally {
      await queue.close();
      await connection.quit();
    }
  };

  it.each([
    ['nothing at all', null],
    ['another kind of value', 'job'],
    ['an id that is a path', { ...makeJob(), fileId: '../../etc/passwd' }],
    ['a tenant that is none', { ...makeJob(), tenantId: 'acme' }],
    ['a negative attempt', { ...makeJob(), attempt: -1 }],
    ['an endless correlation id', { ...makeJob(), correlationId: 'x'.repeat(10_000) }],
  ])('keeps a payload with %s as failed, with its cause, and goes on', async (_, payload) => {
    const process = vi.fn(async () => undefined);
    const good = makeJob();
    await withRawQueue((queue) => queue.add('inspect', payload, { jobId: 'poison' }));
    await open.queue.enqueueInspection(good);
    open.work(process);
    await vi.waitFor(() => expect(process).toHaveBeenCalledTimes(1));
    expect(process).toHaveBeenCalledWith(good, expect.any(AbortSignal));
    await withRawQueue(async (queue) => {
      const poison = await queue.getJob('poison');
      expect(await poison?.getState()).toBe('failed');
      expect(poison?.failedReason).toMatch(/^Payload refused: /u);
    });
    expect(await open.queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 1 });
  });

  it('runs a job that is asked for again after Redis has lost its place in the queue, and no more', async () => {
    const [urgent, bulk] = [makeJob(), makeJob({ priority: 'BULK' })];
    const enqueue = async (): Promise<void> => {
      await open.queue.enqueueInspection(urgent);
      await open.queue.enqueueInspection(bulk);
    };
    await enqueue();
    const redis = new Redis(redisUrl);
    await redis.del(`${prefix}:inspection:wait`, `${prefix}:inspection:prioritized`);
    await redis.quit();
    await enqueue();
    const done: string[] = [];
    open.work(async ({ fileId }) => void done.push(fileId));
    await vi.waitFor(() => expect(done).toEqual([urgent.fileId, bulk.fileId]));
  });

  it('takes a new job in one round trip', async () => {
    const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
    const queue = createInspectionQueue({
      connection,
      logger: pino({ level: 'silent' }),
      isTracing: false,
      prefix,
    });
    await connection.ping();
    await queue.enqueueInspection(makeJob());
    const seen: string[] = [];
    const send = connection.sendCommand.bind(connection);
    connection.sendCommand = (command: Command) => {
      seen.push(command.name);
      void command.promise.then(() => seen.push('answer'));
      return send(command);
    };
    await queue.enqueueInspection(makeJob());
    expect(seen).toEqual(['exists', 'evalsha', 'answer', 'answer']);
    await queue.close();
    await connection.quit();
  });

  it('counts jobs by state', async () => {
    await open.queue.enqueueInspection(makeJob());
    await open.queue.enqueueInspection(makeJob({ priority: 'BULK' }));
    expect(await open.queue.counts()).toEqual({ waiting: 2, active: 0, delayed: 0, failed: 0 });
  });

  it('waits for the job that runs when it is stopped, and takes no other', async () => {
    const begun = Promise.withResolvers<undefined>();
    const finish = Promise.withResolvers<undefined>();
    let runs = 0;
    const worker = open.work(async () => {
      runs += 1;
      begun.resolve(undefined);
      await finish.promise;
    });
    await open.queue.enqueueInspection(makeJob());
    await open.queue.enqueueInspection(makeJob());
    await begun.promise;
    const stopped = worker.stop(new AbortController().signal);
    finish.resolve(undefined);
    await stopped;
    expect(runs).toBe(1);
    expect(await open.queue.counts()).toEqual({ waiting: 1, active: 0, delayed: 0, failed: 0 });
  });

  it('cancels the job that runs when the time to stop is over', async () => {
    const begun = Promise.withResolvers<undefined>();
    const worker = open.work(async (_, signal) => {
      begun.resolve(undefined);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await open.queue.enqueueInspection(makeJob());
    await begun.promise;
    await worker.stop(AbortSignal.abort());
    expect((await open.queue.counts()).active).toBe(0);
  });
});
