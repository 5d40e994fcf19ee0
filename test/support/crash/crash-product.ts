import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Redis } from 'ioredis';
import { type Stops } from '../control-process.js';
import { startProduct, type Product } from '../product.js';
import type { TestServices } from '../services.js';
import type { Victim } from './accidents.js';
import { startServers, type CrashServers } from './crash-servers.js';
import { emptying, freezing, killing, roughness } from './mishaps.js';
import { openRoughLine, type RoughLine } from './rough-line.js';
import { viewBuckets } from './s3-view.js';
import { viewDirectory, type StoreView } from './store-view.js';

/** What may go wrong, and where bytes are kept. */
export interface CrashOptions {
  /** Also the servers that the product stands on; they are started for this product alone. */
  readonly withServers: boolean;
  readonly store: 'filesystem' | 's3';
}

/** A product and what of it may have accidents. */
export interface CrashProduct {
  readonly product: Product;
  readonly victims: readonly Victim[];
  /** Buckets of the product, where it has some. */
  readonly bucketPrefix: string;
  readonly services: TestServices;
  readonly store: CrashOptions['store'];
  /** What lies in its store now. */
  view(): Promise<StoreView>;
  stop(): Promise<void>;
}

/** However long a server is away, no file is given up before it is back. */
const PATIENT = { LAZARET_SCAN_MAX_ATTEMPTS: '100' };

/** Starts two API processes and two workers, with rough lines to everything that they stand on. */
export async function startCrashProduct(
  services: TestServices,
  options: CrashOptions,
): Promise<CrashProduct> {
  const stops: Stops = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const { withServers, store } = options;
    const servers = withServers ? await startServers(services, store, stops) : { services, victims: [] };
    const bucketPrefix = `crash-${randomBytes(6).toString('hex')}`;
    const { product, lines } = await startOnLines(servers, store, bucketPrefix, stops);
    const victims = [...victimsOf(product), ...lines, ...servers.victims];
    const view = (): Promise<StoreView> =>
      store === 's3'
        ? viewBuckets(servers.services.s3, bucketPrefix)
        : viewDirectory(path.join(product.dataDirectory, 'objects'));
    return { product, victims, bucketPrefix, services: servers.services, store, view, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface OnLines {
  readonly product: Product;
  readonly lines: readonly Victim[];
}

async function startOnLines(
  { services }: CrashServers,
  store: CrashOptions['store'],
  bucketPrefix: string,
  stops: Stops,
): Promise<OnLines> {
  const open = async (target: () => number): Promise<RoughLine> => {
    const line = await openRoughLine(target);
    stops.push(() => line.stop());
    return line;
  };
  const postgres = await open(() => portOf(services.postgres.superuserUrl));
  const clamd = await open(() => portOf(services.clamd.tcp));
  const s3 = await open(() => portOf(services.s3.endpoint));
  let redis: RoughLine | undefined;
  const lineToRedis = async (port: number): Promise<number> => {
    redis = await open(() => port);
    return redis.port;
  };
  const product = await startProduct({
    services: {
      ...services,
      postgres: { superuserUrl: through(postgres, services.postgres.superuserUrl) },
      clamd: { ...services.clamd, tcp: through(clamd, services.clamd.tcp) },
      s3: { ...services.s3, endpoint: through(s3, services.s3.endpoint) },
    },
    store,
    lineToRedis,
    apis: 2,
    workers: 2,
    env: { ...PATIENT, S3_BUCKET_PREFIX: bucketPrefix },
  });
  stops.push(() => product.stop());
  const victim = (name: string, line: RoughLine, everyMs: number): Victim => ({
    name: `the line to ${name}`,
    mishaps: roughness(line),
    everyMs,
  });
  const lines = [
    victim('postgres', postgres, 6_000),
    victim('clamd', clamd, 5_000),
    ...(redis ? [victim('redis', redis, 5_000)] : []),
    ...(store === 's3' ? [victim('the store', s3, 6_000)] : []),
  ];
  return { product, lines };
}

/** What every crash test may do: it needs no server of its own. */
function victimsOf({ api, otherApis, worker, otherWorkers, redis }: Product): Victim[] {
  const flush = async (): Promise<void> => {
    const client = new Redis(redis.url, { maxRetriesPerRequest: 1 });
    client.on('error', () => undefined);
    // It may just be down, and then it holds nothing that is worth losing.
    await client.flushall().catch(() => undefined);
    client.disconnect();
  };
  return [
    ...[api, ...otherApis].map((target, index) => ({
      name: `api ${index + 1}`,
      mishaps: [killing(target), freezing(target)],
      everyMs: 4_000,
    })),
    ...[worker, ...otherWorkers].map((target, index) => ({
      name: `worker ${index + 1}`,
      mishaps: [killing(target), freezing(target)],
      everyMs: 2_500,
    })),
    { name: 'redis', mishaps: [killing(redis), freezing(redis), emptying(flush)], everyMs: 5_000 },
  ];
}

const portOf = (url: string): number => Number(new URL(url).port);

function through(line: RoughLine, address: string): string {
  const url = new URL(address);
  url.port = String(line.port);
  return url.href.replace(/\/$/, '');
}
