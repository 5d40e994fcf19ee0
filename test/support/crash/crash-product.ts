import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startClamd } from '../../../launch/services/clamd.js';
import { writeDevelopmentDefinitions } from '../../../launch/services/development-definitions.js';
import { startPostgres } from '../../../launch/services/postgres.js';
import { controlProcess, startProduct, type Product, type Stops } from '../product.js';
import type { TestServices } from '../services.js';
import type { Victim } from './accidents.js';

/** A product and what of it may die. */
export interface CrashProduct {
  readonly product: Product;
  readonly victims: readonly Victim[];
  stop(): Promise<void>;
}

/** However long a server is away, no file is given up before it is back. */
const PATIENT = { LAZARET_SCAN_MAX_ATTEMPTS: '100' };

/**
 * Starts two API processes and two workers, and where asked a Postgres and a clamd that nobody else needs.
 */
export async function startCrashProduct(services: TestServices, withServers: boolean): Promise<CrashProduct> {
  const stops: Stops = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const own = withServers ? await startServers(services, stops) : { services, victims: [] };
    const product = await startProduct({ services: own.services, apis: 2, workers: 2, env: PATIENT });
    stops.push(() => product.stop());
    const redis = { name: 'redis', process: product.redis, everyMs: 6_000 };
    const victims = [...victimsOf(product), ...own.victims, ...(withServers ? [redis] : [])];
    return { product, victims, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const victimsOf = ({ api, otherApis, worker, otherWorkers }: Product): Victim[] => [
  ...[api, ...otherApis].map((process, index) => ({ name: `api ${index + 1}`, process, everyMs: 4_000 })),
  ...[worker, ...otherWorkers].map((process, index) => ({
    name: `worker ${index + 1}`,
    process,
    everyMs: 2_500,
    canFreeze: true,
  })),
];

async function startServers(
  services: TestServices,
  stops: Stops,
): Promise<{ services: TestServices; victims: Victim[] }> {
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
  return {
    services: { ...services, postgres: { superuserUrl: postgres.first.url }, clamd: { tcp, unix } },
    victims: [
      { name: 'clamd', process: clamd, everyMs: 4_000 },
      { name: 'postgres', process: postgres, everyMs: 8_000 },
    ],
  };
}
