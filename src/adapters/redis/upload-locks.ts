import { RedlockMutex } from 'redis-semaphore';
import { TransientError } from '../../domain/errors.js';
import { createBreaker, type Breaker } from '../../observability/breaker.js';
import type { EventBus, Topic } from '../../ports/event-bus.js';
import type { UploadLock, UploadLocks } from '../../ports/upload-locks.js';
import type { RedisClient } from './redis-client.js';

/** What the locks are made of. */
export interface RedisUploadLocksDeps {
  /** Must fail at once while Redis is away. */
  readonly commands: RedisClient;
  readonly bus: EventBus;
  /** Stands before every try; see {@link LOCKS_BREAKER}. @default one that nobody sees */
  readonly breaker?: Breaker;
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
/** How the breaker before the locks behaves. */
export const LOCKS_BREAKER = { dependency: 'redis', failures: 3, openMs: 1_000 } as const;
/** Most locks are let go sooner: what nobody waits for needs no subscription. */
const LISTEN_AFTER_MS = 100;
/** How often a holder looks whether somebody waits whose call was lost. */
const LOOK_MS = 1_000;

/**
 * Locks as leases in Redis. Whoever wants a lock leaves a mark and wakes its holder, who looks for the mark: a
 * wake-up alone also comes when the bus was lost and found.
 */
export function createRedisUploadLocks(deps: RedisUploadLocksDeps): UploadLocks {
  const { commands, leaseMs = DEFAULT_LEASE_MS, waitMs = DEFAULT_WAIT_MS } = deps;
  const breaker = deps.breaker ?? createBreaker(LOCKS_BREAKER);
  return {
    acquire: async ({ tenantId, fileId }) => {
      const topic: LockTopic = { kind: 'lock', tenantId, fileId };
      const lost = new AbortController();
      const lease = new Lease(commands, `lazaret:upload:${tagOf(topic)}`, leaseMs, () => {
        lost.abort(new TransientError('redis', 'The lock of an upload was lost.'));
      });
      const deadline = performance.now() + waitMs;
      while (!(await breaker.run(() => tryOnce(commands, lease, topic)))) {
        if (performance.now() >= deadline) return undefined;
        deps.bus.wake(topic);
      }
      // The mark may be our own.
      await commands.del(markOf(topic)).catch(() => undefined);
      return hold(deps, topic, lease, lost);
    },
  };
}

/** A mutex that knows how long it is certainly its holder's, without asking anybody. */
class Lease extends RedlockMutex {
  readonly #leaseMs: number;
  /** On the monotonic clock, which goes on while a process is stopped. */
  #heldUntil = 0;

  constructor(commands: RedisClient, key: string, leaseMs: number, onLockLost: () => void) {
    super([commands], key, {
      lockTimeout: leaseMs,
      refreshInterval: Math.floor(leaseMs / 3),
      acquireAttemptsLimit: 1,
      retryInterval: RETRY_MS,
      onLockLost,
    });
    this.#leaseMs = leaseMs;
  }

  isHeld(): boolean {
    return performance.now() < this.#heldUntil;
  }

  protected override _acquire(signal?: AbortSignal): Promise<boolean> {
    return this.#counted(() => super._acquire(signal));
  }

  protected override _refresh(): Promise<boolean> {
    return this.#counted(() => super._refresh());
  }

  /** Redis counts from when the command arrives, which is not before it was sent. */
  async #counted(command: () => Promise<boolean>): Promise<boolean> {
    const sentAt = performance.now();
    const isHeld = await command();
    if (isHeld) this.#heldUntil = sentAt + this.#leaseMs;
    return isHeld;
  }
}

/** The braces keep lock and mark on the same node of a cluster: either both are within reach, or none is. */
const tagOf = ({ tenantId, fileId }: LockTopic): string => `{${tenantId}:${fileId}}`;
const markOf = (topic: LockTopic): string => `lazaret:upload-wanted:${tagOf(topic)}`;

/**
 * Leaves a mark that lasts a little longer than until the next try, and tries. The mark also tells a lock that somebody
 * has from a Redis that says nothing, which the library takes for the same, and only after three commands.
 *
 * @throws TransientError
 */
async function tryOnce(commands: RedisClient, lease: Lease, topic: LockTopic): Promise<boolean> {
  await commands.set(markOf(topic), '1', 'PX', 2 * LOOK_MS).catch((cause: unknown) => {
    throw new TransientError('redis', 'There are no locks to be had.', { cause });
  });
  return lease.tryAcquire();
}

function hold(
  { commands, bus }: RedisUploadLocksDeps,
  topic: LockTopic,
  lease: Lease,
  wanted: AbortController,
): UploadLock {
  const look = (): void => {
    commands.exists(markOf(topic)).then(
      (count) => {
        if (count > 0) wanted.abort();
      },
      () => undefined,
    );
  };
  let listening: Promise<() => void> | undefined;
  const listen = setTimeout(() => {
    listening = bus.listen(topic, look).catch(() => () => undefined);
    look();
  }, LISTEN_AFTER_MS).unref();
  const timer = setInterval(look, LOOK_MS).unref();
  let releasing: Promise<void> | undefined;
  return {
    wanted: wanted.signal,
    isHeld: () => lease.isHeld(),
    release: () =>
      (releasing ??= (async () => {
        clearTimeout(listen);
        clearInterval(timer);
        await lease.release().catch(() => undefined);
        void listening?.then((stop) => {
          stop();
        });
      })()),
  };
}
