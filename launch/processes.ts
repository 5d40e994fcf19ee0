import path from 'node:path';
import { reachableHost } from '../src/config/reachable-host.js';
import { unreadVariables } from '../src/config/unread-variables.js';
import type { LaunchSettings } from './settings.js';
import type { Secrets } from './secrets.js';
import { startNodeProcess } from './services/node-process.js';
import type { ServerProcess } from './services/server-process.js';
import { say } from './console-lines.js';

/** The services as the processes reach them. */
export interface ServiceAddresses {
  /** Of the role lazaret_app. */
  readonly appUrl: string;
  /** Of the role lazaret_system. */
  readonly systemUrl: string;
  readonly redisUrl: string;
  readonly clamdAddresses: string;
}

/** Starts the API or the worker. */
export type StartProcess = () => Promise<ServerProcess>;

const DIST = path.resolve(import.meta.dirname, '..');
const READY_TIMEOUT_MS = 120_000;

/** How the API and the worker are started, now and after a crash. */
export function createProcesses(
  settings: LaunchSettings,
  secrets: Secrets,
  services: ServiceAddresses,
  signal: AbortSignal,
): { api: StartProcess; worker: StartProcess } {
  const { config, dataDirectory } = settings;
  const env = environmentOf(settings, secrets, services);
  const common = { dataDirectory, readyTimeoutMs: READY_TIMEOUT_MS, show: say, signal };
  const host = reachableHost(config.http.host);
  return {
    api: () =>
      startNodeProcess({
        ...common,
        name: 'api',
        entry: path.join(DIST, 'processes', 'api.js'),
        env: { ...env, DATABASE_URL: services.appUrl },
        readyUrl: `http://${host}:${config.http.port}/readyz`,
      }),
    worker: () =>
      startNodeProcess({
        ...common,
        name: 'worker',
        entry: path.join(DIST, 'processes', 'worker.js'),
        env: { ...env, DATABASE_URL: services.systemUrl },
        readyUrl: `http://${host}:${config.metrics.workerPort}/metrics`,
      }),
  };
}

/** What both processes find in their environment. They work in the data directory: paths are absolute for them. */
export function environmentOf(
  { config, dataDirectory, given, urlSigningKey }: LaunchSettings,
  secrets: Secrets,
  services: ServiceAddresses,
): NodeJS.ProcessEnv {
  const { receiptKeys } = config;
  const unread = unreadVariables(process.env);
  // The operator was told of those; each process would do so again.
  const inherited = Object.entries(process.env).filter(([name]) => !unread.includes(name));
  return {
    ...Object.fromEntries(inherited),
    NODE_ENV: process.env['NODE_ENV'] ?? config.profile,
    NODE_COMPILE_CACHE: path.join(dataDirectory, 'run', 'compile-cache'),
    LAZARET_DATA_DIR: dataDirectory,
    // One that was not named is made where it belongs.
    ...(receiptKeys.mayCreate ? {} : { LAZARET_RECEIPT_KEY_FILE: receiptKeys.file }),
    LAZARET_URL_SIGNING_KEY: urlSigningKey ?? secrets.urlSigningKey,
    // Nothing stands between the processes and the embedded Postgres.
    ...(given.databaseUrl === undefined ? { LAZARET_DATABASE_PREPARE: 'on' } : {}),
    REDIS_URL: services.redisUrl,
    CLAMD_ADDRESSES: services.clamdAddresses,
  };
}
