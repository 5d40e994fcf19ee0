import path from 'node:path';
import { reachableHost } from '../src/config/reachable-host.js';
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
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: process.env['NODE_ENV'] ?? config.profile,
    NODE_COMPILE_CACHE: path.join(dataDirectory, 'run', 'compile-cache'),
    LAZARET_DATA_DIR: dataDirectory,
    LAZARET_URL_SIGNING_KEY: settings.urlSigningKey ?? secrets.urlSigningKey,
    // Nothing stands between the processes and the embedded Postgres.
    ...(settings.given.databaseUrl === undefined ? { LAZARET_DATABASE_PREPARE: 'on' } : {}),
    REDIS_URL: services.redisUrl,
    CLAMD_ADDRESSES: services.clamdAddresses,
  };
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
