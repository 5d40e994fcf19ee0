import { createClamavScanner } from './adapters/clamav/scanner.js';
import { traceScans } from './adapters/clamav/trace-scans.js';
import { createFilesystemStore } from './adapters/filesystem/filesystem-store.js';
import { createDatabase, type Database } from './adapters/postgres/database.js';
import { createFileStore } from './adapters/postgres/file-store.js';
import { createRedisEventBus } from './adapters/redis/event-bus.js';
import { createRedisConnections, type RedisConnections } from './adapters/redis/redis-connections.js';
import { createSystemClock } from './adapters/system/system-clock.js';
import type { Config } from './config/config.js';
import type { Logger } from './observability/logger.js';
import type { Metrics } from './observability/metrics.js';
import type { Clock } from './ports/clock.js';
import type { EventBus } from './ports/event-bus.js';
import type { FileStore } from './ports/file-store.js';
import type { ObjectStore } from './ports/object-store.js';
import type { QuarantineArea } from './ports/quarantine-area.js';
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
  readonly objects: ObjectStore & QuarantineArea & StoreInventory;
  readonly scanner: Scanner;
}

/**
 * Turns the configuration into adapters. Connections are made when they are first needed; only the object
 * store is asked at once, because its areas have to exist.
 */
export async function compose(input: ComposeInput): Promise<Platform> {
  const { config, logger, metrics } = input;
  const clock = createSystemClock();
  const database = createDatabase(config.database, { logger });
  metrics.watchPool('main', () => database.stats());
  const redis = createRedisConnections(config.redis, logger);
  const { commands, subscriber } = redis;
  return {
    ...input,
    clock,
    database,
    files: createFileStore(database),
    redis,
    bus: createRedisEventBus({ commands, subscriber, logger }),
    objects: await composeStore(input, clock),
    scanner: composeScanner(input),
  };
}

function composeScanner({ config, logger, isTracing }: ComposeInput): Scanner {
  const scanner = createClamavScanner(config.clamd, {
    onFailure: (address, err) => {
      logger.warn({ err, clamd: address.kind }, 'a clamd failed');
    },
  });
  return isTracing ? traceScans(scanner) : scanner;
}

/** The S3 client is loaded only where it is used: it takes 40 MB of every process. */
async function composeStore(
  { config: { store, minFreeBytes }, logger }: ComposeInput,
  clock: Clock,
): Promise<Platform['objects']> {
  if (store.kind === 'filesystem') return createFilesystemStore({ root: store.root, clock, minFreeBytes });
  const { createS3Store } = await import('./adapters/s3/s3-store.js');
  const { ingest, leftoverDays, browserOrigins } = store;
  const report = (message: string, details: Readonly<Record<string, unknown>>): void => {
    logger.warn(details, message);
  };
  return createS3Store({
    ...store,
    ingest: ingest ?? undefined,
    housekeeping: { leftoverDays, browserOrigins, report },
  });
}
