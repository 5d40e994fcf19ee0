import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRedis, type RedisServer } from '../../launch/services/redis.js';
import { QUEUE_BREAKER } from '../../src/adapters/bullmq/inspection-queue.js';
import { createRedisUploadLocks, LOCKS_BREAKER } from '../../src/adapters/redis/upload-locks.js';
import { PermanentError, TransientError } from '../../src/domain/errors.js';
import { createBreaker } from '../../src/observability/breaker.js';
import type { InspectionJob } from '../../src/ports/job-queue.js';
import type { Topic } from '../../src/ports/event-bus.js';
import { makeFileId, makeJob, makeTenantId } from '../support/make-job.js';
import { openInspectionQueue, type OpenInspectionQueue } from '../support/open-inspection-queue.js';
import { openRedisBus } from '../support/open-redis-bus.js';

const OUTBOX: Topic = { kind: 'outbox' };
/** What "at once" means on a busy machine. */
const AT_ONCE_MS = 500;

describe('while Redis is lost and found', () => {
  let directory = '';
  let port = 0;
  let server: RedisServer;
  let bus: Awaited<ReturnType<typeof openRedisBus>>;
  let jobs: OpenInspectionQueue;

  const startServer = async (): Promise<void> => {
    server = await startRedis({ directory, ...(port > 0 ? { port } : {}) });
    port = server.port;
  };
  const killServer = async (): Promise<void> => {
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    await until(() => bus.connections.commands.status !== 'ready');
    await until(() => bus.connections.subscriber.status !== 'ready');
  };
  const until = (holds: () => boolean): Promise<void> =>
    vi.waitFor(() => expect(holds()).toBe(true), { timeout: 15_000 });
  const elapsedMs = async (work: () => Promise<unknown>): Promise<number> => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'lazaret-outage-'));
    await startServer();
  });
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    bus = await openRedisBus(server.url, 'outage');
    jobs = await openInspectionQueue(server.url, 'outage');
  });
  afterEach(async () => {
    await Promise.all([bus.connections.close(), jobs.close()]);
  });

  it('wakes every listener once, and goes on waking them', async () => {
    const listeners = [vi.fn(), vi.fn()];
    await bus.bus.listen(OUTBOX, listeners[0] ?? vi.fn());
    await bus.bus.listen({ kind: 'events', tenantId: makeTenantId() }, listeners[1] ?? vi.fn());
    await killServer();
    await startServer();
    await until(() => listeners.every((listener) => listener.mock.calls.length > 0));
    expect(listeners.map((listener) => listener.mock.calls.length)).toEqual([1, 1]);
    await until(() => bus.connections.commands.status === 'ready');
    bus.bus.wake(OUTBOX);
    await until(() => listeners[0]?.mock.calls.length === 2);
    expect(listeners[1]).toHaveBeenCalledTimes(1);
  });

  it('takes wake-ups without throwing or waiting', async () => {
    await killServer();
    const flood = (): void => {
      for (let index = 0; index < 20_000; index += 1) {
        bus.bus.wake({ kind: 'events', tenantId: makeTenantId() });
      }
    };
    expect(await elapsedMs(async () => flood())).toBeLessThan(5_000);
    await startServer();
  });

  it('delivers the wake-ups that could not be sent, also to those who noticed nothing', async () => {
    const peer = await openRedisBus(server.url, 'outage');
    const listener = vi.fn();
    await peer.bus.listen(OUTBOX, listener);
    const { commands } = bus.connections;
    await peer.connections.commands.client('KILL', 'ID', await commands.client('ID'));
    await until(() => commands.status !== 'ready');
    bus.bus.wake(OUTBOX);
    await until(() => listener.mock.calls.length === 1);
    await peer.connections.close();
  });

  it('lets listeners come and go, keeps none that left, and wakes those that stayed', async () => {
    await killServer();
    const stays = vi.fn();
    await bus.bus.listen(OUTBOX, stays);
    const lingering = await elapsedMs(async () => {
      for (let round = 0; round < 1_000; round += 1) {
        const leave = await bus.bus.listen({ kind: 'events', tenantId: makeTenantId() }, vi.fn());
        leave();
      }
    });
    expect(lingering).toBeLessThan(5_000);
    expect(bus.bus.channelCount()).toBe(1);
    await startServer();
    await until(() => stays.mock.calls.length === 1);
    await until(() => bus.connections.commands.status === 'ready');
    expect(await bus.connections.commands.pubsub('CHANNELS', 'outage:*')).toEqual(['outage:outbox']);
  });

  it('refuses jobs at once with a transient error, and takes them again afterwards', async () => {
    await killServer();
    await until(() => jobs.connections.commands.status !== 'ready');
    const refused = async (): Promise<void> => {
      await expect(jobs.queue.enqueueInspection(makeJob())).rejects.toBeInstanceOf(TransientError);
    };
    expect(await elapsedMs(refused)).toBeLessThan(AT_ONCE_MS);
    await expect(jobs.queue.check()).rejects.toBeInstanceOf(TransientError);
    await expect(bus.bus.check()).rejects.toBeInstanceOf(TransientError);
    await startServer();
    await vi.waitFor(() => jobs.queue.enqueueInspection(makeJob()), { timeout: 15_000 });
    await expect(jobs.queue.check()).resolves.toBeUndefined();
  });

  it('refuses jobs within its time limit when Redis hangs, and soon without trying', async () => {
    process.kill(server.pid, 'SIGSTOP');
    try {
      const attempt = (): Promise<void> => jobs.queue.enqueueInspection(makeJob());
      const first = await elapsedMs(() => expect(attempt()).rejects.toBeInstanceOf(TransientError));
      expect(first).toBeLessThan(4_000);
      await Promise.allSettled(Array.from({ length: 10 }, attempt));
      expect(await elapsedMs(() => expect(attempt()).rejects.toBeInstanceOf(TransientError))).toBeLessThan(
        AT_ONCE_MS,
      );
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await vi.waitFor(() => jobs.queue.enqueueInspection(makeJob()), { timeout: 15_000 });
  });

  it('runs jobs again that were acknowledged before, and those that come after', async () => {
    const [before, after] = [makeJob(), makeJob()];
    await jobs.queue.enqueueInspection(before);
    // The append-only file is written every second.
    await jobs.connections.commands.call('WAITAOF', '1', '0', '2000').catch(() => waitForFsync(jobs));
    await killServer();
    const done: string[] = [];
    jobs.work(async ({ fileId }: InspectionJob) => void done.push(fileId));
    await startServer();
    await vi.waitFor(() => jobs.queue.enqueueInspection(after), { timeout: 15_000 });
    await until(() => done.includes(before.fileId) && done.includes(after.fileId));
  });

  it('can be started without Redis, and works as soon as it is there', async () => {
    await killServer();
    const [laterBus, laterJobs] = await Promise.all([
      openRedisBus(server.url, 'later', 100),
      openInspectionQueue(server.url, 'later', { connectTimeoutMs: 100 }),
    ]);
    const [listener, run] = [vi.fn(), vi.fn(async () => undefined)];
    await laterBus.bus.listen(OUTBOX, listener);
    laterJobs.work(run);
    await startServer();
    await until(() => listener.mock.calls.length === 1);
    await vi.waitFor(() => laterJobs.queue.enqueueInspection(makeJob()), { timeout: 15_000 });
    await until(() => run.mock.calls.length === 1);
    await Promise.all([laterBus.connections.close(), laterJobs.close()]);
  });

  it('stops within its time while Redis is away', async () => {
    const [lostBus, lostJobs] = await Promise.all([
      openRedisBus(server.url, 'lost'),
      openInspectionQueue(server.url, 'lost'),
    ]);
    await lostBus.bus.listen(OUTBOX, vi.fn());
    const [begun, finish] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    let hasFinished = false;
    const worker = lostJobs.work(async () => {
      begun.resolve(undefined);
      await finish.promise;
      hasFinished = true;
    });
    await lostJobs.queue.enqueueInspection(makeJob());
    await begun.promise;
    await killServer();
    await vi.waitFor(() => expect(lostJobs.queue.check()).rejects.toThrow());
    setTimeout(() => finish.resolve(undefined), 50);
    expect(await elapsedMs(() => worker.stop(AbortSignal.timeout(5_000)))).toBeLessThan(2_000);
    expect(hasFinished).toBe(true);
    const closed = elapsedMs(() => Promise.all([lostBus.connections.close(), lostJobs.close()]));
    expect(await closed).toBeLessThan(2_000);
    await startServer();
  });

  it('gives out no locks while Redis hangs, soon says so at once, and gives them out again', async () => {
    const breaker = createBreaker({ ...LOCKS_BREAKER, openMs: 2_000 });
    const { commands } = bus.connections;
    const locks = createRedisUploadLocks({ commands, bus: bus.bus, breaker });
    const upload = { tenantId: makeTenantId(), fileId: makeFileId() };
    process.kill(server.pid, 'SIGSTOP');
    try {
      const tries = Array.from({ length: LOCKS_BREAKER.failures }, () => locks.acquire(upload));
      for (const { status } of await Promise.allSettled(tries)) expect(status).toBe('rejected');
      expect(breaker.state()).toBe('open');
      await expect(locks.acquire(upload)).rejects.toThrow('left alone');
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    const lock = await vi.waitFor(() => locks.acquire(upload), { timeout: 15_000, interval: 100 });
    expect(lock?.isHeld()).toBe(true);
    expect(breaker.state()).toBe('closed');
    await lock?.release();
  });

  it('is not ready while Redis may evict', async () => {
    const { commands } = bus.connections;
    await commands.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(bus.bus.check()).rejects.toThrow(/allkeys-lru.*must be noeviction/u);
    await expect(bus.bus.check()).rejects.toBeInstanceOf(PermanentError);
    await commands.config('SET', 'maxmemory-policy', 'noeviction');
    await expect(bus.bus.check()).resolves.toBeUndefined();
  });

  it('shows a breaker that opens before a Redis that is silent, and closes when it speaks again', async () => {
    const states: string[] = [];
    const breaker = createBreaker({ ...QUEUE_BREAKER, onState: (state) => void states.push(state) });
    const silent = await openInspectionQueue(server.url, 'silent', { timeoutMs: 200, breaker });
    expect(states).toEqual(['closed']);
    process.kill(server.pid, 'SIGSTOP');
    try {
      await Promise.allSettled(Array.from({ length: 5 }, () => silent.queue.check()));
      expect(states).toEqual(['closed', 'open']);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await vi.waitFor(() => silent.queue.check(), { timeout: 10_000 });
    expect(states.slice(-2)).toEqual(['half-open', 'closed']);
    await silent.close();
  });
});

/** Redis before 7.2 cannot be asked to wait; INFO tells when everything has reached the disk. */
async function waitForFsync({ connections }: OpenInspectionQueue): Promise<void> {
  await vi.waitFor(
    async () => {
      const text = await connections.commands.info('persistence');
      expect(text).toMatch(/aof_pending_bio_fsync:0/u);
      expect(text).toMatch(/aof_buffer_length:0/u);
    },
    { timeout: 5_000 },
  );
}
