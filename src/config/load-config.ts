import path from 'node:path';
import { type z } from 'zod';
import { parseClamdAddress } from './clamd-address.js';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import { environmentSchema, SANDBOX_MEASURES, type Environment } from './environment.js';
import { toStore } from './store-config.js';
import { CLEAR_RULE, isUnheard } from './unheard.js';
import { reachableHost } from './reachable-host.js';
import { parseRedisUrl, REDIS_URL_RULE, type RedisConfig } from './redis-config.js';

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Turns the environment into the frozen configuration.
 *
 * @param env - usually `process.env`
 * @throws ConfigError with one line for each variable that breaks a rule
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => explain(issue, given)).join('\n'));
  }
  return Object.freeze(toConfig(parsed.data));
}

const SECRET = /KEY$|SECRET|PASSWORD$|_URL$/;

function explain(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  const name = String(issue.path[0]);
  const value = given[name];
  if (value === undefined) return `${name} is not set: it ${issue.message}.`;
  return `${name} is ${SECRET.test(name) ? 'set to a value (not shown)' : `"${value}"`}: it ${issue.message}.`;
}

function toConfig(env: Environment): Config {
  const isProduction = env.LAZARET_PROFILE === 'production';
  const dataDir = path.resolve(env.LAZARET_DATA_DIR);
  const publicUrl = (
    env.LAZARET_PUBLIC_URL ?? `http://${reachableHost(env.LAZARET_HOST)}:${String(env.LAZARET_PORT)}`
  ).replace(/\/+$/, '');
  return {
    profile: env.LAZARET_PROFILE,
    dataDir,
    logLevel: env.LAZARET_LOG_LEVEL,
    http: toHttp(env, publicUrl),
    metrics: { apiPort: env.LAZARET_METRICS_PORT, workerPort: env.LAZARET_WORKER_METRICS_PORT },
    database: toDatabase(env),
    redis: toRedis(env),
    store: toStore(env, dataDir, publicUrl),
    minFreeBytes: env.LAZARET_MIN_FREE_MIB * MIB,
    clamd: toClamd(env),
    auth: toAuth(env, isProduction, publicUrl, dataDir),
    urlSigningKey: toSigningKey(env),
    receiptKeys: toReceiptKeys(env, isProduction, dataDir),
    upload: {
      sessionTtlSeconds: env.LAZARET_SESSION_TTL_SECONDS,
      partUrlTtlSeconds: env.LAZARET_PART_URL_TTL_SECONDS,
      minRateBytesPerSecond: env.LAZARET_MIN_RATE_BYTES_PER_SECOND,
      idempotencyTtlSeconds: env.LAZARET_IDEMPOTENCY_TTL_SECONDS,
    },
    inspection: toInspection(env),
    rescan: { perMinute: env.LAZARET_RESCANS_PER_MINUTE },
    sandbox: toSandbox(env, isProduction),
    quarantine: {
      retentionMs: env.LAZARET_QUARANTINE_DAYS * DAY_MS,
      maxReleaseMs: env.LAZARET_MAX_RELEASE_SECONDS * 1000,
    },
    collection: {
      intervalMs: env.LAZARET_COLLECT_INTERVAL_MS,
      minAgeMs: (env.LAZARET_SESSION_TTL_SECONDS + env.LAZARET_COLLECT_GRACE_SECONDS) * 1000,
    },
  };
}

const toHttp = (env: Environment, publicUrl: string): Config['http'] => ({
  host: env.LAZARET_HOST,
  port: env.LAZARET_PORT,
  publicUrl,
  allowedOrigins: env.LAZARET_ALLOWED_ORIGINS,
  trustedProxies: env.LAZARET_TRUSTED_PROXIES,
  limits: {
    maxEventLoopDelayMs: env.LAZARET_MAX_EVENT_LOOP_DELAY_MS,
    maxHeapBytes: env.LAZARET_MAX_HEAP_MIB * MIB,
    maxRssBytes: env.LAZARET_MAX_RSS_MIB * MIB,
  },
});

const toInspection = (env: Environment): Config['inspection'] => ({
  concurrency: env.LAZARET_SCAN_CONCURRENCY,
  bytesInFlight: env.LAZARET_SCAN_BYTES_IN_FLIGHT,
  queueWindow: env.LAZARET_QUEUE_WINDOW,
  leaseMs: env.LAZARET_SCAN_LEASE_MS,
  maxAttempts: env.LAZARET_SCAN_MAX_ATTEMPTS,
  backoffMs: env.LAZARET_SCAN_BACKOFF_MS,
  maxBackoffMs: env.LAZARET_SCAN_MAX_BACKOFF_MS,
  deadLetterMs: env.LAZARET_DEAD_LETTER_DAYS * DAY_MS,
  sweepIntervalMs: env.LAZARET_SWEEP_INTERVAL_MS,
});

const toSandbox = (env: Environment, isProduction: boolean): Config['sandbox'] => ({
  size: env.LAZARET_SCAN_CONCURRENCY,
  timeoutMs: env.LAZARET_ANALYSIS_TIMEOUT_MS,
  required: SANDBOX_MEASURES.filter((name) => isProduction && !env.LAZARET_SANDBOX_WAIVED.includes(name)),
});

const toDatabase = (env: Environment): Config['database'] => ({
  url: env.DATABASE_URL,
  poolSize: env.LAZARET_DATABASE_POOL,
  maxIdleSeconds: env.LAZARET_DATABASE_IDLE_SECONDS,
  maxLifetimeSeconds: env.LAZARET_DATABASE_LIFETIME_SECONDS,
  preparesStatements: env.LAZARET_DATABASE_PREPARE === 'on',
  statementTimeoutMs: env.LAZARET_STATEMENT_TIMEOUT_MS,
  lockTimeoutMs: 5_000,
  // A process that is stopped within a transaction must not hold up for longer whoever takes over its work.
  idleInTransactionTimeoutMs: 5_000,
  connectTimeoutMs: 5_000,
  deadlineMs: env.LAZARET_DATABASE_DEADLINE_MS,
});

function toRedis(env: Environment): RedisConfig {
  const { REDIS_SENTINEL_USERNAME: username, REDIS_SENTINEL_PASSWORD: password } = env;
  const login = { ...(username && { username }), ...(password && { password }) };
  const config = parseRedisUrl(env.REDIS_URL, login);
  if (!config) throw new ConfigError(`REDIS_URL ${REDIS_URL_RULE}.`);
  return config;
}

const toClamd = (env: Environment): Config['clamd'] => ({
  addresses: env.CLAMD_ADDRESSES.flatMap((address) => parseClamdAddress(address) ?? []),
  maxStreamBytes: env.LAZARET_CLAMD_MAX_STREAM_BYTES,
  connectTimeoutMs: 3_000,
  writeTimeoutMs: env.LAZARET_CLAMD_WRITE_TIMEOUT_MS,
  replyTimeoutMs: env.LAZARET_CLAMD_REPLY_TIMEOUT_MS,
  selfTestIntervalMs: env.LAZARET_CLAMD_SELF_TEST_INTERVAL_MS,
  maxDefinitionsAgeMs: env.LAZARET_CLAMD_MAX_DEFINITIONS_AGE_SECONDS * 1000,
});

function toAuth(env: Environment, isProduction: boolean, publicUrl: string, dataDir: string): Config['auth'] {
  const audience = env.OIDC_AUDIENCE;
  const issuer = env.OIDC_ISSUER;
  if (issuer !== undefined) {
    if (isProduction && !isUnheard(issuer)) {
      throw new ConfigError(`OIDC_ISSUER is "${issuer}": it ${CLEAR_RULE}.`);
    }
    return { issuer, audience, developmentIssuer: null };
  }
  if (isProduction) {
    throw new ConfigError(
      'OIDC_ISSUER is not set: production needs an issuer, the built-in one is for development.',
    );
  }
  const keysFile = path.join(dataDir, 'keys', 'issuer.json');
  return { issuer: `${publicUrl}/oauth`, audience, developmentIssuer: { keysFile } };
}

function toReceiptKeys(env: Environment, isProduction: boolean, dataDir: string): Config['receiptKeys'] {
  const file = env.LAZARET_RECEIPT_KEY_FILE;
  if (file !== undefined) return { file: path.resolve(file), mayCreate: false };
  if (isProduction) {
    throw new ConfigError(
      'LAZARET_RECEIPT_KEY_FILE is not set: production needs its own key for receipts, see docs/receipts.md.',
    );
  }
  return { file: path.join(dataDir, 'keys', 'receipts.json'), mayCreate: true };
}

function toSigningKey(env: Environment): Uint8Array {
  const hex = env.LAZARET_URL_SIGNING_KEY;
  if (hex === undefined) {
    throw new ConfigError('LAZARET_URL_SIGNING_KEY is not set: it must be at least 64 hexadecimal digits.');
  }
  return Buffer.from(hex, 'hex');
}
