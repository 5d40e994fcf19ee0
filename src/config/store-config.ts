import path from 'node:path';
import type { StoreConfig } from './config.js';
import { ConfigError } from './config-error.js';
import type { Environment } from './environment.js';

type S3Config = Extract<StoreConfig, { readonly kind: 's3' }>;

const NEED_A_STORE = [
  'S3_ACCESS_KEY',
  'S3_SECRET_KEY',
  'S3_PUBLIC_ENDPOINT',
  'S3_INGEST_ACCESS_KEY',
  'S3_INGEST_SECRET_KEY',
  'S3_INGEST_PRINCIPAL',
] as const;
const SECONDS_PER_DAY = 86_400;

/**
 * Where bytes are kept, from the environment.
 *
 * @throws ConfigError when variables contradict each other
 */
export function toStore(env: Environment, dataDir: string, publicUrl: string): StoreConfig {
  if (env.S3_ENDPOINT === undefined) {
    refuseWithoutStore(env);
    return { kind: 'filesystem', root: path.join(dataDir, 'objects') };
  }
  requireNoPath('S3_ENDPOINT', new URL(env.S3_ENDPOINT));
  if (env.S3_ACCESS_KEY === undefined || env.S3_SECRET_KEY === undefined) {
    throw new ConfigError('S3_ACCESS_KEY and S3_SECRET_KEY must be set together with S3_ENDPOINT.');
  }
  // One that is younger might still be wanted by its upload, or by whoever replays an inspection that was given up.
  const keptSeconds = env.LAZARET_SESSION_TTL_SECONDS + env.LAZARET_DEAD_LETTER_DAYS * SECONDS_PER_DAY;
  if (env.S3_LEFTOVER_DAYS * SECONDS_PER_DAY <= keptSeconds) {
    throw new ConfigError(
      'S3_LEFTOVER_DAYS must be longer than LAZARET_SESSION_TTL_SECONDS and LAZARET_DEAD_LETTER_DAYS together.',
    );
  }
  return {
    kind: 's3',
    endpoint: new URL(env.S3_ENDPOINT),
    accessKey: env.S3_ACCESS_KEY,
    secretKey: env.S3_SECRET_KEY,
    bucketPrefix: env.S3_BUCKET_PREFIX,
    region: env.S3_REGION,
    ingest: toIngest(env, env.S3_ENDPOINT),
    leftoverDays: env.S3_LEFTOVER_DAYS,
    browserOrigins: [...new Set([new URL(publicUrl).origin, ...env.LAZARET_ALLOWED_ORIGINS])],
  };
}

/** Who names a key wants that store: each process would keep its bytes on a disk of its own instead, where no other finds them. */
function refuseWithoutStore(env: Environment): void {
  const given = NEED_A_STORE.filter((name) => env[name] !== undefined);
  if (given.length === 0) return;
  throw new ConfigError(`S3_ENDPOINT is not set: it must name the store that ${given.join(', ')} belong to.`);
}

/** Buckets lie directly below the address of a store: a path would be left out without a word. */
function requireNoPath(name: string, { pathname, search }: URL): void {
  if (pathname !== '/' || search !== '') throw new ConfigError(`${name} must not have a path.`);
}

function toIngest(env: Environment, endpoint: string): S3Config['ingest'] {
  const { S3_INGEST_ACCESS_KEY: accessKey, S3_INGEST_SECRET_KEY: secretKey } = env;
  if (accessKey === undefined && secretKey === undefined) return null;
  if (accessKey === undefined || secretKey === undefined) {
    throw new ConfigError('S3_INGEST_ACCESS_KEY and S3_INGEST_SECRET_KEY must be set together.');
  }
  if (accessKey === env.S3_ACCESS_KEY) {
    throw new ConfigError('S3_INGEST_ACCESS_KEY must not be S3_ACCESS_KEY: it may only write.');
  }
  const publicEndpoint = new URL(env.S3_PUBLIC_ENDPOINT ?? endpoint);
  requireNoPath('S3_PUBLIC_ENDPOINT', publicEndpoint);
  return { publicEndpoint, accessKey, secretKey, principal: env.S3_INGEST_PRINCIPAL };
}
