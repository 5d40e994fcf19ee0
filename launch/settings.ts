import path from 'node:path';
import { ConfigError } from '../src/config/config-error.js';
import { loadConfig } from '../src/config/load-config.js';
import type { Config } from '../src/config/config.js';
import { StartError } from './start-error.js';

/** What `npm start` was asked for. */
export interface LaunchSettings {
  /** As the processes will see it, but for the services and keys that are ours. */
  readonly config: Config;
  /** Absolute. */
  readonly dataDirectory: string;
  /** The addresses that were given; what is absent is embedded. */
  readonly given: {
    readonly databaseUrl?: string;
    readonly redisUrl?: string;
    readonly clamdAddresses?: string;
  };
  /** Set by the operator: stays what it is. */
  readonly urlSigningKey?: string;
}

const DEFAULT_DATA_DIRECTORY = '.lazaret';

/**
 * Reads the environment, and refuses what a process would refuse later.
 *
 * @throws StartError with a sentence for each wrong variable
 */
export function readSettings(env: NodeJS.ProcessEnv): LaunchSettings {
  const dataDirectory = path.resolve(given(env, 'LAZARET_DATA_DIR') ?? DEFAULT_DATA_DIRECTORY);
  const urlSigningKey = given(env, 'LAZARET_URL_SIGNING_KEY');
  const databaseUrl = given(env, 'DATABASE_URL');
  const redisUrl = given(env, 'REDIS_URL');
  const clamdAddresses = given(env, 'CLAMD_ADDRESSES');
  const config = check({
    ...env,
    LAZARET_DATA_DIR: dataDirectory,
    // Stand-ins that keep the rules; the real ones exist once the services run.
    LAZARET_URL_SIGNING_KEY: urlSigningKey ?? '0'.repeat(64),
    DATABASE_URL: databaseUrl ?? 'postgres://127.0.0.1/lazaret',
    REDIS_URL: redisUrl ?? 'redis://127.0.0.1',
    CLAMD_ADDRESSES: clamdAddresses ?? 'tcp://127.0.0.1:3310',
  });
  return {
    config,
    dataDirectory,
    given: {
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      ...(redisUrl === undefined ? {} : { redisUrl }),
      ...(clamdAddresses === undefined ? {} : { clamdAddresses }),
    },
    ...(urlSigningKey === undefined ? {} : { urlSigningKey }),
  };
}

const given = (env: NodeJS.ProcessEnv, name: string): string | undefined =>
  env[name] === '' ? undefined : env[name];

function check(env: NodeJS.ProcessEnv): Config {
  try {
    return loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) throw new StartError(error.message, { cause: error });
    throw error;
  }
}
