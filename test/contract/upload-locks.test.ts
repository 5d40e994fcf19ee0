import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createRedisUploadLocks } from '../../src/adapters/redis/upload-locks.js';
import type { FileId, TenantId } from '../../src/domain/ids.js';
import type { UploadLocks } from '../../src/ports/upload-locks.js';
import { openRedisBus } from '../support/open-redis-bus.js';

const LEASE_MS = 600;

describe('locks of uploads in Redis', () => {
  let redis: Awaited<ReturnType<typeof openRedisBus>>;
  let locks: UploadLocks;
  const locksOf = (waitMs: number): UploadLocks =>
    createRedisUploadLocks({
      commands: redis.connections.commands,
      bus: redis.bus,
      leaseMs: LEASE_MS,
      waitMs,
    });
  beforeAll(async () => {
    redis = await openRedisBus(inject('services').redisUrl, `locks-${randomUUID()}`);
    locks = locksOf(10_000);
  });
  afterAll(() => redis.connections.close());

  const freshUpload = (): { tenantId: TenantId; fileId: FileId } => ({
    tenantId: randomUUID() as TenantId,
    fileId: randomUUID() as FileId,
  });

  it('have one holder at a time, who is asked to let go', async () => {
    const upload = freshUpload();
    const first = await locks.acquire(upload);
    expect(first?.isHeld()).toBe(true);
    first?.wanted.addEventListener('abort', () => void first.release());
    const second = await locks.acquire(upload);
    expect(first?.wanted.aborted).toBe(true);
    expect(second?.isHeld()).toBe(true);
    await second?.release();
  });

  it('are kept for as long as the holder wants, whatever the lease', async () => {
    const upload = freshUpload();
    const held = await locks.acquire(upload);
    expect(await locksOf(3 * LEASE_MS).acquire(upload)).toBeUndefined();
    expect(held?.isHeld()).toBe(true);
    await held?.release();
  });

  it('of different uploads do not meet', async () => {
    const held = await Promise.all([locks.acquire(freshUpload()), locks.acquire(freshUpload())]);
    for (const lock of held) {
      expect(lock?.isHeld()).toBe(true);
      expect(lock?.wanted.aborted).toBe(false);
      await lock?.release();
    }
  });

  it('are known to be lost by a holder whose process stood still', async () => {
    const held = await locks.acquire(freshUpload());
    // Nothing of the process runs meanwhile, timers that renew the lease included.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LEASE_MS + 50);
    expect(held?.isHeld()).toBe(false);
    await held?.release();
  });

  it('can be released twice, and by somebody who has lost them without harm to the next holder', async () => {
    const upload = freshUpload();
    const first = await locks.acquire(upload);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LEASE_MS + 50);
    const second = await locks.acquire(upload);
    await first?.release();
    await first?.release();
    expect(await locksOf(200).acquire(upload)).toBeUndefined();
    await second?.release();
  });

  it('leave no mark of who waited once they have it, and nothing at all once they are released', async () => {
    const upload = freshUpload();
    const keys = (): Promise<string[]> => redis.connections.commands.keys(`*${upload.fileId}*`);
    const first = await locks.acquire(upload);
    // A mark of its own would ask the holder to let go of what nobody waits for.
    expect(await keys()).toEqual([expect.not.stringContaining('wanted')]);
    first?.wanted.addEventListener('abort', () => void first.release());
    const second = await locks.acquire(upload);
    expect(await keys()).toEqual([expect.not.stringContaining('wanted')]);
    await second?.release();
    expect(await keys()).toEqual([]);
    await expect.poll(() => redis.bus.channelCount()).toBe(0);
  });

  it('are refused as a failure that passes while Redis is away', async () => {
    const away = await openRedisBus(inject('services').redisUrl, `locks-${randomUUID()}`);
    await away.connections.close();
    const none = createRedisUploadLocks({ commands: away.connections.commands, bus: away.bus });
    await expect(none.acquire(freshUpload())).rejects.toMatchObject({ name: 'TransientError' });
  });
});
