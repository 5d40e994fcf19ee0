import { z } from 'zod';
import { CLAMD_ADDRESSES_RULE, parseClamdAddress } from './clamd-address.js';
import { isNetwork } from './network.js';
import { isOrigin } from './origin.js';
import { parseRedisUrl, REDIS_URL_RULE } from './redis-config.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Longest stream that any clamd can take: 2 GiB less one byte. */
const CLAMD_CEILING_BYTES = 2 * KIB * MIB - 1;
/** What the `StreamMaxLength` that the documents and `npm start` give a clamd comes to: no segment of a file may be longer. */
const CLAMD_STREAM_BYTES = 2_047 * MIB;

const whole = (minimum: number, maximum: number, byDefault: number): z.ZodType<number> =>
  z.coerce
    .number({ error: `must be a whole number from ${String(minimum)} to ${String(maximum)}` })
    .int(`must be a whole number from ${String(minimum)} to ${String(maximum)}`)
    .min(minimum, `must be at least ${String(minimum)}`)
    .max(maximum, `must be at most ${String(maximum)}`)
    .default(byDefault);

const port = (byDefault: number): z.ZodType<number> => whole(1, 65_535, byDefault);
const url = (protocols: RegExp, rule: string): z.ZodType<string> =>
  z.url({ protocol: protocols, error: rule });
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** What the sandbox of the analysers does that not every machine allows. */
export const SANDBOX_MEASURES: readonly string[] = ['network', 'user', 'limits'];

/**
 * Every variable that is read, with its rule and its default. README's table is tested against it.
 */
export const environmentSchema = z.object({
  LAZARET_PROFILE: z
    .enum(['development', 'production'], { error: 'must be development or production' })
    .default('development'),
  LAZARET_HOST: z.string().min(1, 'must name an address').default('127.0.0.1'),
  LAZARET_PORT: port(4000),
  LAZARET_METRICS_PORT: port(9464),
  LAZARET_WORKER_METRICS_PORT: port(9465),
  LAZARET_DATA_DIR: z.string().min(1, 'must be a path').default('.lazaret'),
  LAZARET_PUBLIC_URL: url(/^https?$/, 'must be an http or https URL').optional(),
  LAZARET_ALLOWED_ORIGINS: list
    .refine((items) => items.every(isOrigin), 'must be origins as https://app.example, separated by commas')
    .default([]),
  LAZARET_TRUSTED_PROXIES: list
    .refine(
      (items) => items.every(isNetwork),
      'must be addresses or networks as 10.0.0.0/8, separated by commas',
    )
    .default([]),
  LAZARET_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
      error: 'must be fatal, error, warn, info, debug or trace',
    })
    .default('info'),
  LAZARET_URL_SIGNING_KEY: z
    .string()
    .regex(/^(?:[0-9a-f]{2}){32,}$/i, 'must be at least 64 hexadecimal digits')
    .optional(),
  LAZARET_RECEIPT_KEY_FILE: z.string().min(1, 'must be a path').optional(),
  DATABASE_URL: url(/^postgres(?:ql)?$/, 'must be a postgres:// URL'),
  LAZARET_DATABASE_POOL: whole(1, 500, 10),
  LAZARET_DATABASE_IDLE_SECONDS: whole(1, 86_400, 30),
  LAZARET_DATABASE_LIFETIME_SECONDS: whole(1, 604_800, 3_600),
  LAZARET_DATABASE_PREPARE: z.enum(['on', 'off'], { error: 'must be on or off' }).default('off'),
  LAZARET_STATEMENT_TIMEOUT_MS: whole(100, 600_000, 15_000),
  LAZARET_DATABASE_DEADLINE_MS: whole(100, 600_000, 10_000),
  REDIS_URL: z
    .string({ error: REDIS_URL_RULE })
    .refine((text) => parseRedisUrl(text) !== undefined, REDIS_URL_RULE),
  REDIS_SENTINEL_USERNAME: z.string().min(1, 'must not be empty').optional(),
  REDIS_SENTINEL_PASSWORD: z.string().min(1, 'must not be empty').optional(),
  S3_ENDPOINT: url(/^https?$/, 'must be an http or https URL').optional(),
  S3_ACCESS_KEY: z.string().min(1, 'must not be empty').optional(),
  S3_SECRET_KEY: z.string().min(1, 'must not be empty').optional(),
  S3_BUCKET_PREFIX: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,40}$/, 'must be 2 to 41 lower-case letters, digits and "-"')
    .default('lazaret'),
  S3_REGION: z.string().min(1, 'must not be empty').default('us-east-1'),
  S3_PUBLIC_ENDPOINT: url(/^https?$/, 'must be an http or https URL').optional(),
  S3_INGEST_ACCESS_KEY: z.string().min(1, 'must not be empty').optional(),
  S3_INGEST_SECRET_KEY: z.string().min(1, 'must not be empty').optional(),
  S3_INGEST_PRINCIPAL: z
    .string()
    .regex(/^arn:[\w:/.@+=,-]+$/, 'must be the ARN of a user')
    .optional(),
  S3_LEFTOVER_DAYS: whole(2, 10_000, 60),
  CLAMD_ADDRESSES: list
    .refine(
      (items) => items.length > 0 && items.every((item) => parseClamdAddress(item) !== undefined),
      CLAMD_ADDRESSES_RULE,
    )
    .prefault(''),
  LAZARET_CLAMD_MAX_STREAM_BYTES: whole(MIB, CLAMD_CEILING_BYTES, CLAMD_STREAM_BYTES),
  LAZARET_CLAMD_WRITE_TIMEOUT_MS: whole(100, 600_000, 30_000),
  LAZARET_CLAMD_REPLY_TIMEOUT_MS: whole(100, 3_600_000, 600_000),
  LAZARET_CLAMD_SELF_TEST_INTERVAL_MS: whole(1_000, 86_400_000, 300_000),
  LAZARET_CLAMD_MAX_DEFINITIONS_AGE_SECONDS: whole(3_600, 3_650 * 86_400, 7 * 86_400),
  OIDC_ISSUER: url(/^https?$/, 'must be an http or https URL').optional(),
  OIDC_AUDIENCE: z.string().min(1, 'must not be empty').default('lazaret'),
  LAZARET_SESSION_TTL_SECONDS: whole(60, 30 * 86_400, 86_400),
  LAZARET_PART_URL_TTL_SECONDS: whole(10, 86_400, 3_600),
  LAZARET_MAX_EVENT_LOOP_DELAY_MS: whole(100, 600_000, 1_000),
  LAZARET_MAX_HEAP_MIB: whole(16, 1024 * KIB, 768),
  LAZARET_MAX_RSS_MIB: whole(64, 1024 * KIB, 1_536),
  LAZARET_MIN_FREE_MIB: whole(0, 1024 * KIB, 256),
  LAZARET_MIN_RATE_BYTES_PER_SECOND: whole(0, 1_000 * MIB, 1_024),
  LAZARET_IDEMPOTENCY_TTL_SECONDS: whole(60, 30 * 86_400, 86_400),
  LAZARET_SCAN_CONCURRENCY: whole(1, 64, 4),
  LAZARET_SCAN_BYTES_IN_FLIGHT: whole(MIB, Number.MAX_SAFE_INTEGER, 4 * KIB * MIB),
  LAZARET_QUEUE_WINDOW: whole(1, 1_000, 64),
  LAZARET_SCAN_LEASE_MS: whole(1_000, 600_000, 15_000),
  LAZARET_SCAN_MAX_ATTEMPTS: whole(1, 100, 8),
  LAZARET_SCAN_BACKOFF_MS: whole(10, 600_000, 1_000),
  LAZARET_SCAN_MAX_BACKOFF_MS: whole(10, 3_600_000, 60_000),
  LAZARET_ANALYSIS_TIMEOUT_MS: whole(1_000, 600_000, 30_000),
  LAZARET_SANDBOX_WAIVED: list
    .refine(
      (items) => items.every((item) => SANDBOX_MEASURES.includes(item)),
      `may name ${SANDBOX_MEASURES.join(', ')}, separated by commas`,
    )
    .default([]),
  LAZARET_DEAD_LETTER_DAYS: whole(1, 3_650, 30),
  LAZARET_SWEEP_INTERVAL_MS: whole(100, 3_600_000, 5_000),
  LAZARET_RESCANS_PER_MINUTE: whole(0, 60_000, 60),
  LAZARET_QUARANTINE_DAYS: whole(1, 3_650, 30),
  LAZARET_MAX_RELEASE_SECONDS: whole(1, 365 * 86_400, 7 * 86_400),
  LAZARET_COLLECT_INTERVAL_MS: whole(1_000, 7 * 86_400_000, 3_600_000),
  LAZARET_COLLECT_GRACE_SECONDS: whole(0, 90 * 86_400, 86_400),
});

/** The environment after every rule has been applied. */
export type Environment = z.output<typeof environmentSchema>;
