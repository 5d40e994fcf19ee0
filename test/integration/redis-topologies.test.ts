import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { requireRedis } from '../../launch/require-redis.js';
import { StartError } from '../../launch/start-error.js';
import { createRedisUploadLocks } from '../../src/adapters/redis/upload-locks.js';
import { PermanentError } from '../../src/domain/errors.js';
import type { Topic } from '../../src/ports/event-bus.js';
import { createApiClient, granted, type ApiClient } from '../support/api-client.js';
import { makeFileId, makeJob, makeTenantId } from '../support/make-job.js';
import { openInspectionQueue } from '../support/open-inspection-queue.js';
import { openRedisBus } from '../support/open-redis-bus.js';
import { startProduct, type Product } from '../support/product.js';
import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.js';
import { startRedisSentinels, type RedisSentinels } from '../support/redis-sentinel.js';
import { redisTarget } from '../support/redis-target.js';
import { sendFile, sha256, untilDecided } from '../support/send-file.js';
import { watchEvents, watchProgress } from '../support/watch-live.js';

const PART_BYTES = 5 * 1024 * 1024;
/** A connection that a master took with it may be held for alive until its silence ends it. */
const RECOVERY_MS = 90_000;

let directory: string;
let cluster: RedisCluster;
let sentinels: RedisSentinels;
let products: readonly Product[] = [];
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-redis-'));
  [cluster, sentinels] = await Promise.all([
    startRedisCluster(path.join(directory, 'cluster')),
    startRedisSentinels(path.join(directory, 'sentinel')),
  ]);
  products = await Promise.all(
    [cluster, sentinels].map(({ url }) =>
      startProduct({ services: inject('services'), env: { REDIS_URL: url, LAZARET_SCAN_CONCURRENCY: '2' } }),
    ),
  );
});
afterAll(async () => {
  await Promise.all(products.map((product) => product.stop()));
  await Promise.all([cluster.stop(), sentinels.stop()]);
  await rm(directory, { recursive: true, force: true });
});

const urlOf = (topology: 'cluster' | 'sentinel'): string =>
  topology === 'cluster' ? cluster.url : sentinels.url;
/** Every server that takes writes. */
const mastersOf = (topology: 'cluster' | 'sentinel') =>
  topology === 'cluster' ? cluster.masters : [sentinels.master];

describe.each(['cluster', 'sentinel'] as const)('over Redis in the topology %s', (topology) => {
  let product: Product;
  let admin: ApiClient;
  beforeAll(async () => {
    const ofTopology = products[topology === 'cluster' ? 0 : 1];
    if (!ofTopology) throw new Error('The product did not start.');
    product = ofTopology;
    admin = createApiClient(product.url, await product.token('acme-admin'));
  });

  it('what one process publishes wakes the listeners of others', async () => {
    const prefix = randomUUID();
    const [here, there] = await Promise.all([
      openRedisBus(urlOf(topology), prefix),
      openRedisBus(urlOf(topology), prefix),
    ]);
    const topics = Array.from({ length: 20 }, (): Topic => ({ kind: 'events', tenantId: makeTenantId() }));
    const listeners = topics.map(() => vi.fn());
    await Promise.all(topics.map((topic, index) => there.bus.listen(topic, listeners[index] ?? vi.fn())));
    for (const topic of topics) here.bus.wake(topic);
    await vi.waitFor(() => expect(listeners.every(({ mock }) => mock.calls.length > 0)).toBe(true), 5_000);
    await Promise.all([here.connections.close(), there.connections.close()]);
  });

  it('a lock has one holder at a time, and a job reaches a worker', async () => {
    const { bus, connections } = await openRedisBus(urlOf(topology), randomUUID());
    const locks = createRedisUploadLocks({ commands: connections.commands, bus, leaseMs: 600, waitMs: 300 });
    const upload = { tenantId: makeTenantId(), fileId: makeFileId() };
    const held = await locks.acquire(upload);
    expect(held?.isHeld()).toBe(true);
    expect(await locks.acquire(upload)).toBeUndefined();
    await held?.release();
    await connections.close();
    const jobs = await openInspectionQueue(urlOf(topology), `{${randomUUID()}}`);
    const done: string[] = [];
    jobs.work(async ({ fileId }) => void done.push(fileId));
    const [first, second] = [makeJob(), makeJob()];
    await Promise.all([jobs.queue.enqueueInspection(first), jobs.queue.enqueueInspection(second)]);
    await vi.waitFor(() => expect(done.toSorted()).toEqual([first.fileId, second.fileId].toSorted()), 10_000);
    await jobs.close();
  });

  it('is asked for an answer before the start, which names a reason when there is none', async () => {
    const target = redisTarget(urlOf(topology));
    await expect(requireRedis(target)).resolves.toBeUndefined();
    if (target.kind === 'single') throw new Error('This is one server.');
    const away = { ...target, nodes: [{ host: '127.0.0.1', port: 1 }], password: 'not-to-be-told' };
    const refused = await requireRedis(away).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartError);
    expect(String(refused)).not.toContain('not-to-be-told');
  });

  it('any one server that may evict keys is enough to be not ready', async () => {
    const { bus, connections } = await openRedisBus(urlOf(topology), randomUUID());
    await expect(bus.check()).resolves.toBeUndefined();
    for (const { url } of mastersOf(topology)) {
      const server = new Redis(url);
      await server.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await expect(bus.check()).rejects.toBeInstanceOf(PermanentError);
      await server.config('SET', 'maxmemory-policy', 'noeviction');
      await expect(bus.check()).resolves.toBeUndefined();
      server.disconnect();
    }
    await connections.close();
  });

  it('a file goes in, is seen live, and comes out byte for byte', async () => {
    const bytes = randomBytes(PART_BYTES + 99);
    const live = { transport: 'ws', url: product.url, token: admin.token } as const;
    const events = watchEvents(live);
    const sent = await sendFile(admin, bytes, { partSizeBytes: PART_BYTES, sha256: sha256(bytes) });
    const progress = watchProgress(live, sent.id);
    await progress.done;
    expect(progress.items.at(-1)).toMatchObject({ stage: 'CLEAN', scannedBytes: bytes.length });
    await events.until(({ file, to }) => file.id === sent.id && to === 'CLEAN');
    events.stop();
    const { url } = granted(await admin.createDownloadUrl({ fileId: sent.id }));
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('every file is decided although a master is killed while they come in', async () => {
    const send = (index: number) => sendFile(admin, Buffer.from(`${topology} ${index}`));
    const before = Array.from({ length: 8 }, (_, index) => send(index));
    const lost = topology === 'cluster' ? cluster.interrupt() : sentinels.failOver();
    const during = Array.from({ length: 8 }, (_, index) => send(100 + index));
    const sent = await Promise.all([...before, ...during]);
    await lost;
    sent.push(await send(200));
    const decided = await Promise.all(sent.map(({ id }) => untilDecided(admin, id, RECOVERY_MS)));
    expect(decided.map(({ state }) => state)).toEqual(sent.map(() => 'CLEAN'));
    const ready = async (): Promise<unknown> => (await fetch(`${product.url}/readyz`)).json();
    await vi.waitFor(async () => expect(JSON.stringify(await ready())).toContain('"status":"ok"'), 20_000);
  }, 150_000);
});
