import { CLAMD_BREAKER, createClamavScanner, type ClamavScanner } from './adapters/clamav/scanner.js';
import { traceScans } from './adapters/clamav/trace-scans.js';
import { logClamds, readClamd } from './compose/clamds.js';
import { meetStore } from './compose/meet-store.js';
import { guardStore, storeBreaker } from './adapters/guarded-store/guard-store.js';
import { createFilesystemStore } from './adapters/filesystem/filesystem-store.js';
import { createDatabase, type Database } from './adapters/postgres/database.js';
import { createFileStore } from './adapters/postgres/file-store.js';
import { createRedisEventBus } from './adapters/redis/event-bus.js';
import { createRedisConnections, type RedisConnections } from './adapters/redis/redis-connections.js';
import { createSystemClock } from './adapters/system/system-clock.js';
import type { Config } from './config/config.js';
import type { Breaker } from './observability/breaker.js';
import { createBreakers, type Breakers } from './observability/breakers.js';
import type { Logger } from './observability/logger.js';
import type { Metrics } from './observability/metrics.js';
import { reportRefusals } from './observability/report-refusals.js';
import type { Clock } from './ports/clock.js';
import type { EventBus } from './ports/event-bus.js';
import type { FileStore } from './ports/file-store.js';
import type { ObjectStore } from './ports/object-store.js';
import type { QuarantineArea } from './ports/quarantine-area.js';
import type { SpoolingStore } from './ports/spool.js';
import type { StoreIdentity } from './ports/store-identity.js';
import type { StoreInventory } from './ports/store-inventory.js';
import type { Scanner } from './ports/scanner.js';

/** What a process is composed from. */
export interface ComposeInput {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Whether jobs carry and make spans. */
  readonly isTracing: boolean;
}

/** The adapters of one process: one pool, one set of Redis connections, one store. */
export interface Platform extends ComposeInput {
  readonly clock: Clock;
  readonly database: Database;
  readonly files: FileStore;
  readonly redis: RedisConnections;
  readonly bus: EventBus;
  readonly objects: ObjectStore & QuarantineArea & StoreInventory & StoreIdentity & SpoolingStore;
  readonly scanner: Scanner;
  /** The same scanner, as whoever runs it sees it. */
  readonly clamds: ClamavScanner;
  readonly breakers: Breakers;
}

/**
 * Turns the configuration into adapters. Connections are made when they are first needed; only the object
 * store is asked at once, because its areas have to exist, and for one in S3 the database whether it is its own.
 */
export async function compose(input: ComposeInput): Promise<Platform> {
  const { config, logger, metrics, isTracing } = input;
  const clock = createSystemClock();
  const database = createDatabase(config.database, { logger, onTransaction: metrics.countTransaction });
  metrics.watchPool('main', () => database.stats());
  const redis = createRedisConnections(config.redis, logger);
  const { commands, subscriber } = redis;
  const breakers = createBreakers(metrics.breakerState, reportRefusals(metrics, logger));
  const clamds = composeClamds(input, clock, breakers);
  return {
    ...input,
    clock,
    database,
    files: createFileStore(database),
    redis,
    bus: createRedisEventBus({ commands, subscriber, logger }),
    objects: await composeStore(input, clock, breakers, database),
    scanner: isTracing ? traceScans(clamds) : clamds,
    clamds,
    breakers,
  };
}

function composeClamds(
  { config, logger, metrics }: ComposeInput,
  clock: Clock,
  breakers: Breakers,
): ClamavScanner {
  const breakerOf = (index: number): Breaker => breakers.create({ ...CLAMD_BREAKER, index });
  const clamds = createClamavScanner(config.clamd, { clock, breakerOf }, logClamds(logger, config.clamd));
  metrics.watchClamds(() => clamds.views().map(readClamd));
  return clamds;
}

/**
 * The S3 client is loaded only where it is used: it takes 40 MB of every process. A disk needs no breaker: it answers at
 * once, and one that is full must still be read and emptied.
 */
async function composeStore(
  { config: { store, minFreeBytes }, logger }: ComposeInput,
  clock: Clock,
  breakers: Breakers,
  database: Database,
): Promise<Platform['objects']> {
  if (store.kind === 'filesystem') return createFilesystemStore({ root: store.root, clock, minFreeBytes });
  const { createS3Store } = await import('./adapters/s3/s3-store.js');
  const { ingest, leftoverDays, browserOrigins } = store;
  const report = (message: string, details: Readonly<Record<string, unknown>>): void => {
    logger.warn(details, message);
  };
  const s3 = await createS3Store({
    ...store,
    ingest: ingest ?? undefined,
    housekeeping: { leftoverDays, browserOrigins, report },
    recognise: (identity) => meetStore({ database, logger }, identity),
  });
  return guardStore(s3, breakers.create(storeBreaker(s3)));
}
