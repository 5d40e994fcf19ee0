import type { Platform } from '../compose.js';
import type { RunningAnalyser } from '../ports/structure-analyser.js';
import { MisconfiguredError, PermanentError } from '../domain/errors.js';
import type { Breakers } from '../observability/breakers.js';
import {
  createHealth,
  UnhealthyError,
  type CheckAnswer,
  type Health,
  type HealthCheck,
} from '../observability/health.js';
import type { ObjectStore } from '../ports/object-store.js';
import { answerOfClamds } from './clamds.js';
import { meetStore } from './meet-store.js';

/** How long the start waits for Redis before it goes on without; it connects later by itself. */
const REDIS_CONNECT_TIMEOUT_MS = 5_000;

/** What a worker knows besides. */
interface OfWorker {
  readonly analyser: RunningAnalyser;
  /** Whether inspections wait for free space in the store. */
  readonly isShort: () => boolean;
}

/**
 * Composes the checks of all dependencies. The API works on while no scanner does; a worker, which has an
 * analyser, does not.
 */
export function composeHealth(platform: Platform, worker?: OfWorker): Health {
  const { database, bus, objects, clamds, breakers } = platform;
  const analyser = worker?.analyser;
  const checks = [
    check('postgres', true, () => database.check()),
    check('redis', true, (signal) => bus.check(signal)),
    check('object-store', true, (signal) => answerOfStore(objects, signal, worker?.isShort)),
    check('scanner', analyser !== undefined, async () => answerOfClamds(await clamds.look())),
    ...(analyser ? [check('analyser', true, () => describeSandbox(analyser))] : [issuerCheck(breakers)]),
  ];
  return createHealth({
    checks: checks.map((one) => ({ ...one, breaker: () => breakers.stateOf(one.dependency) })),
  });
}

/** A store that is nearly full is degraded: it must still be read, and emptied. */
async function answerOfStore(
  objects: ObjectStore,
  signal: AbortSignal,
  isShort?: () => boolean,
): Promise<CheckAnswer | undefined> {
  await objects.check(signal);
  if (isShort?.() === true) {
    return { status: 'degraded', detail: 'too full, inspections wait for free space' };
  }
  const hasRoom = (await objects.hasRoom?.()) ?? true;
  return hasRoom ? undefined : { status: 'degraded', detail: 'nearly full, takes no new bytes' };
}

/** Only the API asks the issuer, and seldom: how its last fetch went is all that is known. Known keys last for long. */
const issuerCheck = (breakers: Breakers): HealthCheck =>
  check('issuer', false, () => {
    const isLost = breakers.stateOf('issuer') === 'open';
    return isLost ? Promise.reject(new UnhealthyError('does not answer')) : Promise.resolve(undefined);
  });

async function describeSandbox(analyser: RunningAnalyser): Promise<string> {
  const { inForce, missing } = await analyser.check();
  return `in force: ${inForce.join(', ')}; missing: ${missing.join(', ') || 'nothing'}`;
}

/** What a dependency refuses for good is something that operators have to mend, so they get to read it. */
const check = (
  dependency: string,
  critical: boolean,
  ask: (signal: AbortSignal) => Promise<CheckAnswer | string | undefined | void>,
): HealthCheck => ({
  dependency,
  critical,
  check: async (signal) => {
    try {
      return (await ask(signal)) ?? undefined;
    } catch (error) {
      const refusal = refusalIn(error);
      throw refusal ? new UnhealthyError(refusal.message, { cause: error }) : error;
    }
  },
});

/** Also what a breaker opened for, which then refuses in its own words. */
function refusalIn(error: unknown): Error | undefined {
  if (error instanceof PermanentError || error instanceof MisconfiguredError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof MisconfiguredError ? cause : undefined;
}

/**
 * Opens the connections, and begins to test the clamds.
 *
 * @param signal - ends the wait for the database
 * @throws PermanentError, TransientError as `meetStore`
 */
export async function connect(platform: Platform, signal: AbortSignal): Promise<void> {
  const { config, objects, redis, clamds, logger } = platform;
  clamds.start();
  // A store in S3 has been met when it was opened, before the rules of its buckets were set.
  if (config.store.kind === 'filesystem') await meetStore(platform, objects, signal);
  if (!(await redis.connect(REDIS_CONNECT_TIMEOUT_MS))) {
    logger.warn('redis is not there yet; going on without');
  }
}

/** Ends the connections. */
export async function disconnect({ redis, database, clamds }: Platform): Promise<void> {
  clamds.stop();
  await redis.close();
  await database.close();
}
