import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { productPort } from './product-port.js';
import { startNodeProcess } from '../../launch/services/node-process.js';
import { startRedis } from '../../launch/services/redis.js';
import type { ServerProcess } from '../../launch/services/server-process.js';
import { together } from '../../launch/together.js';
import { controlProcess, type ProductProcess, type Stops } from './control-process.js';
import { createTestDatabase } from './database.js';
import type { TestServices } from './services.js';

/** A whole product of one test file, as `npm start` runs it, but on the services of the tests. */
export interface Product {
  readonly url: string;
  readonly wsUrl: string;
  readonly sseUrl: string;
  readonly metricsUrl: string;
  readonly workerMetricsUrl: string;
  readonly dataDirectory: string;
  /** An access token of a development identity, e.g. `acme-admin`. */
  readonly token: (clientId: string) => Promise<string>;
  readonly api: ProductProcess;
  /** Beside the first one; all have the same database, keys and store. */
  readonly otherApis: readonly (ProductProcess & { readonly url: string })[];
  readonly worker: ProductProcess;
  /** Beside the first one. */
  readonly otherWorkers: readonly ProductProcess[];
  /** As the superuser: to arrange what no operation arranges, and to look. */
  readonly databaseUrl: string;
  /** Of this product alone. */
  readonly redis: ProductProcess & { readonly url: string };
  /** Ends everything and leaves nothing behind. */
  readonly stop: () => Promise<void>;
}

/** How the product is to be. */
export interface ProductOptions {
  readonly services: TestServices;
  /** @default filesystem */
  readonly store?: 'filesystem' | 's3';
  /** How many API processes. @default 1 */
  readonly apis?: number;
  /** How many worker processes. @default 1 */
  readonly workers?: number;
  /**
   * What the processes take for the port of Redis, which is given; where something stands between them.
   *
   * @default Redis itself
   */
  readonly lineToRedis?: (port: number) => Promise<number>;
  /**
   * What the processes take for the URL of the database, which is given; where something stands between them.
   *
   * @default the database itself
   */
  readonly lineToDatabase?: (url: string) => Promise<string>;
  /** Of the API processes beside the first one alone. */
  readonly otherApiEnv?: Readonly<Record<string, string>>;
  /** On top of the fast settings of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets warnings and errors of the processes. @default nobody */
  readonly show?: (line: string) => void;
}

/** A start that failed hurries no other one here. */
const ignore = (): void => undefined;
const DIST = path.resolve(import.meta.dirname, '../../dist');
const READY_TIMEOUT_MS = 60_000;
const TOKEN_TIMEOUT_MS = 10_000;

/** Waits are short, so that nothing in a test takes long; sizes and limits are those of `npm start`. */
const FAST = {
  LAZARET_LOG_LEVEL: 'warn',
  LAZARET_DATABASE_POOL: '8',
  LAZARET_DATABASE_PREPARE: 'on',
  LAZARET_SCAN_LEASE_MS: '2000',
  LAZARET_SCAN_BACKOFF_MS: '100',
  LAZARET_SCAN_MAX_BACKOFF_MS: '1000',
  LAZARET_SWEEP_INTERVAL_MS: '1000',
  // A machine that runs many tests stands still for longer than one that serves.
  LAZARET_MAX_EVENT_LOOP_DELAY_MS: '60000',
};

/**
 * Starts API and worker processes, as compiled for `npm start`, with a database and a data directory of
 * their own.
 *
 * @throws StartError when one does not become ready
 */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return await startAll(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(options: ProductOptions, stops: Stops, stop: Product['stop']): Promise<Product> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'lazaret-product-'));
  stops.push(() => rm(dataDirectory, { recursive: true, force: true }));
  for (const name of ['run', 'logs', 'keys']) await mkdir(path.join(dataDirectory, name), { mode: 0o700 });
  const database = await createTestDatabase(options.services.postgres.superuserUrl);
  stops.push(() => database.drop());
  const redis = await startOwnRedis(path.join(dataDirectory, 'redis'), stops);
  const port = await productPort();
  const ports = { dataDirectory, options, stops };
  const env = environment(options, dataDirectory, port, await redisUrlOf(options, redis.url));
  const { lineToDatabase = (url: string) => Promise.resolve(url) } = options;
  const systemUrl = await lineToDatabase(database.systemUrl);
  const work = { ...ports, name: 'worker' as const, env: { ...env, DATABASE_URL: systemUrl } };
  const appUrl = await lineToDatabase(database.appUrl);
  const api = { ...ports, name: 'api' as const, env: { ...env, DATABASE_URL: appUrl } };
  const [first, worker] = await together([startOne({ ...api, port }), startOne(work)], ignore);
  // The first one has made the keys of the issuer, which the others then find.
  const otherEnv = { ...api.env, ...options.otherApiEnv };
  const [otherApis, otherWorkers] = await together(
    [startOthers({ ...api, env: otherEnv }, options.apis), startOthers(work, options.workers)],
    ignore,
  );
  const { url } = first;
  return {
    url,
    wsUrl: `${url.replace('http', 'ws')}/graphql`,
    sseUrl: `${url}/graphql/stream`,
    metricsUrl: first.metricsUrl,
    workerMetricsUrl: worker.metricsUrl,
    dataDirectory,
    token: (clientId) => fetchToken(url, clientId),
    api: first,
    otherApis,
    worker,
    otherWorkers,
    databaseUrl: database.ownerUrl,
    redis,
    stop,
  };
}

async function redisUrlOf({ lineToRedis }: ProductOptions, own: string): Promise<string> {
  const url = new URL(own);
  if (lineToRedis) url.port = String(await lineToRedis(Number(url.port)));
  return url.href;
}

function environment(
  { services, store, env }: ProductOptions,
  dataDirectory: string,
  port: number,
  redisUrl: string,
): NodeJS.ProcessEnv {
  const s3 = {
    S3_ENDPOINT: services.s3.endpoint,
    S3_ACCESS_KEY: services.s3.accessKey,
    S3_SECRET_KEY: services.s3.secretKey,
    S3_REGION: services.s3.region,
    S3_INGEST_ACCESS_KEY: services.s3.ingest.accessKey,
    S3_INGEST_SECRET_KEY: services.s3.ingest.secretKey,
    S3_INGEST_PRINCIPAL: services.s3.ingest.principal,
    S3_BUCKET_PREFIX: `t${randomUUID().replaceAll('-', '').slice(0, 20)}`,
  };
  return {
    NODE_ENV: 'development',
    NODE_COMPILE_CACHE: path.resolve(DIST, '../node_modules/.cache/compile'),
    LAZARET_PROFILE: 'development',
    LAZARET_DATA_DIR: dataDirectory,
    LAZARET_PUBLIC_URL: `http://127.0.0.1:${port}`,
    LAZARET_URL_SIGNING_KEY: randomBytes(32).toString('hex'),
    REDIS_URL: redisUrl,
    CLAMD_ADDRESSES: services.clamd.tcp,
    ...FAST,
    ...(store === 's3' ? s3 : {}),
    ...env,
  };
}

interface StartOne {
  readonly name: 'api' | 'worker';
  readonly suffix?: string;
  readonly port?: number;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDirectory: string;
  readonly options: ProductOptions;
  readonly stops: Stops;
}

type Started = ProductProcess & { readonly url: string; readonly metricsUrl: string };

const startOthers = (one: StartOne, count = 1): Promise<Started[]> =>
  Promise.all(Array.from({ length: count - 1 }, (_, index) => startOne({ ...one, suffix: `-${index + 2}` })));

async function startOne(one: StartOne): Promise<Started> {
  const port = one.port ?? (await productPort());
  const metricsPort = await productPort();
  const metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  const url = `http://127.0.0.1:${port}`;
  const start = (): Promise<ServerProcess> =>
    startNodeProcess({
      name: one.name,
      instance: `${one.name}${one.suffix ?? ''}`,
      entry: path.join(DIST, 'processes', `${one.name}.js`),
      env: {
        ...one.env,
        LAZARET_PORT: String(port),
        LAZARET_METRICS_PORT: String(metricsPort),
        LAZARET_WORKER_METRICS_PORT: String(metricsPort),
      },
      dataDirectory: one.dataDirectory,
      readyUrl: one.name === 'api' ? `${url}/readyz` : metricsUrl,
      readyTimeoutMs: READY_TIMEOUT_MS,
      show: one.options.show ?? (() => undefined),
    });
  return { url, metricsUrl, ...(await controlProcess(start, one.stops)) };
}

/** Queues and channels of other test files are not seen, and it may be killed. */
async function startOwnRedis(directory: string, stops: Stops): Promise<Product['redis']> {
  await mkdir(directory);
  const redis = await controlProcess((port) => startRedis({ directory, ...port }), stops);
  return { ...redis, url: redis.first.url };
}

async function fetchToken(url: string, clientId: string): Promise<string> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientId}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`No token for ${clientId}: status ${response.status}.`);
  return token;
}
