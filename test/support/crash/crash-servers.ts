import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startClamd } from '../../../launch/services/clamd.js';
import { writeDevelopmentDefinitions } from '../../../launch/services/development-definitions.js';
import { startPostgres } from '../../../launch/services/postgres.js';
import { controlProcess, type ProductProcess, type Stops } from '../control-process.js';
import { startRgw } from '../rgw.js';
import type { TestServices } from '../services.js';
import type { Victim } from './accidents.js';
import { freezing, killing } from './mishaps.js';

/** Servers of one product alone, which may have accidents. */
export interface CrashServers {
  readonly services: TestServices;
  readonly victims: readonly Victim[];
}

/**
 * Starts a Postgres that makes everything durable, a clamd, and where bytes are kept in S3 a store.
 *
 * @param services - for what is not started anew
 */
export async function startServers(
  services: TestServices,
  store: 'filesystem' | 's3',
  stops: Stops,
): Promise<CrashServers> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-crash-'));
  stops.push(() => rm(directory, { recursive: true, force: true }));
  const clamdDirectory = path.join(directory, 'clamd');
  await writeDevelopmentDefinitions(path.join(clamdDirectory, 'db'));
  const clamd = await controlProcess((port) => startClamd({ directory: clamdDirectory, ...port }), stops);
  const startDatabase = (port: { port?: number }): ReturnType<typeof startPostgres> =>
    startPostgres({
      directory: path.join(directory, 'pg'),
      password: 'postgres',
      settings: { max_connections: '200' },
      ...port,
    });
  const postgres = await controlProcess(startDatabase, stops);
  const { tcp, unix } = clamd.first;
  const victims = [victim('clamd', clamd, 4_000), victim('postgres', postgres, 8_000)];
  const own = { ...services, postgres: { superuserUrl: postgres.first.url }, clamd: { tcp, unix } };
  if (store === 'filesystem') return { services: own, victims };
  const s3 = await startRgw(path.join(directory, 'rgw'));
  stops.push(() => s3.stop());
  return { services: { ...own, s3 }, victims: [...victims, victim('the store', s3.gateway, 6_000)] };
}

const victim = (name: string, target: ProductProcess, everyMs: number): Victim => ({
  name,
  mishaps: [killing(target), freezing(target)],
  everyMs,
});
