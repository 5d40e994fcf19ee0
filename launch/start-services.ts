import path from 'node:path';
import { migrate, type MigratedDatabase } from '../db/migrate.js';
import { seedDevelopment } from '../db/seed.js';
import type { Definitions } from './definitions.js';
import { embedClamd, embedPostgres, embedRedis, type Watch } from './embedded.js';
import type { ServiceAddresses } from './processes.js';
import type { Secrets } from './secrets.js';
import type { LaunchSettings } from './settings.js';
import { requireRedis } from './require-redis.js';
import { StartError } from './start-error.js';
import type { StopStack } from './stop-stack.js';
import { together } from './together.js';

/** The order in which things end: what uses others before what is used. */
export const STOP_RANKS = { api: 50, worker: 40, clamd: 30, redis: 20, postgres: 10, data: 0 } as const;

/** What starting the services needs. */
export interface StartServicesDeps {
  readonly settings: LaunchSettings;
  readonly secrets: Secrets;
  readonly stops: StopStack;
  readonly watch: Watch;
}

/** The services, ready; the database migrated. */
export interface StartedServices {
  readonly addresses: ServiceAddresses;
  /** null where the operator's own clamd is used. */
  readonly definitions: Definitions | null;
}

/**
 * Starts the services that were not given, all at once.
 *
 * @throws StartError of the first that does not start
 */
export async function startServices(deps: StartServicesDeps): Promise<StartedServices> {
  const starts = [startDatabase(deps), startQueue(deps), startScanner(deps)] as const;
  const [database, redisUrl, clamd] = await together(starts, deps.watch.giveUp);
  return {
    addresses: { ...database, redisUrl, clamdAddresses: clamd.addresses },
    definitions: clamd.definitions,
  };
}

async function startDatabase({
  settings,
  secrets,
  stops,
  watch,
}: StartServicesDeps): Promise<MigratedDatabase> {
  const { appPassword, systemPassword, postgresPassword } = secrets;
  let adminUrl = settings.given.databaseUrl;
  if (adminUrl === undefined) {
    const directory = path.join(settings.dataDirectory, 'postgres');
    const postgres = await embedPostgres(directory, postgresPassword, watch);
    stops.add(STOP_RANKS.postgres, postgres.stop);
    adminUrl = postgres.url;
  }
  try {
    const urls = await migrate({ adminUrl, appPassword, systemPassword });
    const { profile, store } = settings.config;
    const directTransfer = store.kind === 's3' && store.ingest !== null;
    if (profile === 'development') await seedDevelopment({ adminUrl, directTransfer });
    return urls;
  } catch (cause) {
    const what =
      settings.given.databaseUrl === undefined ? 'the embedded Postgres' : 'the Postgres of DATABASE_URL';
    throw new StartError(`The database could not be prepared in ${what}: ${messageOf(cause)}`, { cause });
  }
}

async function startQueue({ settings, secrets, stops, watch }: StartServicesDeps): Promise<string> {
  const { redisUrl } = settings.given;
  if (redisUrl !== undefined) {
    await requireRedis(settings.config.redis);
    return redisUrl;
  }
  const redis = await embedRedis(path.join(settings.dataDirectory, 'redis'), secrets.redisPassword, watch);
  stops.add(STOP_RANKS.redis, redis.stop);
  return redis.url;
}

async function startScanner(
  deps: StartServicesDeps,
): Promise<{ addresses: string; definitions: Definitions | null }> {
  const { settings, stops, watch } = deps;
  const given = settings.given.clamdAddresses;
  if (given !== undefined) return { addresses: given, definitions: null };
  const clamd = await embedClamd(path.join(settings.dataDirectory, 'clamav'), watch);
  stops.add(STOP_RANKS.clamd, clamd.stop);
  return { addresses: clamd.url, definitions: clamd.definitions };
}

/** Connection errors of several addresses come as one error without a message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
