import type { Redis } from 'ioredis';
import { RedlockMutex } from 'redis-semaphore';
import type { Logger } from '../../observability/logger.js';
import type { EventBus, Topic } from '../../ports/event-bus.js';
import type { UploadLock, UploadLocks } from '../../ports/upload-locks.js';

/** What the locks are made of. */
export interface RedisUploadLocksDeps {
  /** Must fail at once while Redis is away. */
  readonly commands: Redis;
  readonly bus: EventBus;
  readonly logger: Logger;
  /** How long a lock outlives its holder; must be below the wait of others. @default 6000 */
  readonly leaseMs?: number;
  /** How long to wait for a lock. @default 9000 */
  readonly waitMs?: number;
}

type LockTopic = Topic & { readonly kind: 'lock' };

const DEFAULT_LEASE_MS = 6_000;
const DEFAULT_WAIT_MS = 9_000;
/** How often somebody who waits tries, and asks again. */
const RETRY_MS = 100;
/** How often a holder looks whether somebody waits whose call was lost. */
const LOOK_MS = 1_000;

/**
 * Locks as leases in Redis. Whoever wants a lock leaves a mark and wakes the holder, who looks for the mark: a
 * wake-up alone also comes when the bus was lost and found.
 */
export function createRedisUploadLocks(deps: RedisUploadLocksDeps): UploadLocks {
  const { commands, leaseMs = DEFAULT_LEASE_MS, waitMs = DEFAULT_WAIT_MS } = deps;
  return {
    acquire: async ({ tenantId, fileId }) => {
      const topic: LockTopic = { kind: 'lock', tenantId, fileId };
      const lost = new AbortController();
      const mutex = new RedlockMutex([commands], `lazaret:upload:${tenantId}:${fileId}`, {
        lockTimeout: leaseMs,
        refreshInterval: Math.floor(leaseMs / 3),
        acquireAttemptsLimit: 1,
        retryInterval: RETRY_MS,
        onLockLost: () => {
          // Lost together with Redis it is nobody else's: the upload goes on.
          if (commands.status === 'ready') lost.abort();
        },
      });
      const deadline = performance.now() + waitMs;
      while (!(await mutex.tryAcquire())) {
        if (commands.status !== 'ready') return unlocked(deps, fileId);
        if (performance.now() >= deadline) return undefined;
        await ask(deps, topic);
      }
      return hold(deps, topic, mutex, lost);
    },
  };
}

/** Without Redis uploads go on: the file store refuses whoever comes second. */
function unlocked({ logger }: RedisUploadLocksDeps, fileId: string): UploadLock {
  logger.debug({ fileId }, 'redis is away: an upload goes on without its lock');
  return { wanted: new AbortController().signal, release: () => Promise.resolve() };
}

const markOf = ({ tenantId, fileId }: LockTopic): string => `lazaret:upload-wanted:${tenantId}:${fileId}`;

/** Leaves a mark that lasts a little longer than until the next try. */
async function ask({ commands, bus }: RedisUploadLocksDeps, topic: LockTopic): Promise<void> {
  await commands.set(markOf(topic), '1', 'PX', 2 * LOOK_MS).catch(() => undefined);
  bus.wake(topic);
}

async function hold(
  { commands, bus }: RedisUploadLocksDeps,
  topic: LockTopic,
  mutex: RedlockMutex,
  wanted: AbortController,
): Promise<UploadLock> {
  // The mark may be our own.
  await commands.del(markOf(topic)).catch(() => undefined);
  const look = (): void => {
    commands.exists(markOf(topic)).then(
      (count) => {
        if (count > 0) wanted.abort();
      },
      () => undefined,
    );
  };
  const listening = bus.listen(topic, look).catch(() => () => undefined);
  const timer = setInterval(look, LOOK_MS).unref();
  let releasing: Promise<void> | undefined;
  return {
    wanted: wanted.signal,
    release: () =>
      (releasing ??= (async () => {
        clearInterval(timer);
        await mutex.release().catch(() => undefined);
        void listening.then((stop) => {
          stop();
        });
      })()),
  };
}
