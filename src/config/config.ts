import type { RedisConfig } from './redis-config.js';

/** Where a clamd listens. */
export type ClamdAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Where bytes are kept. */
export type StoreConfig =
  | { readonly kind: 'filesystem'; readonly root: string }
  | {
      readonly kind: 's3';
      readonly endpoint: URL;
      readonly accessKey: string;
      readonly secretKey: string;
      readonly bucketPrefix: string;
      readonly region: string;
      /** The second credential, with which clients may send parts to the store; `null` where there is none. */
      readonly ingest: {
        /** As browsers reach the store. */
        readonly publicEndpoint: URL;
        readonly accessKey: string;
        readonly secretKey: string;
        readonly principal: string | undefined;
      } | null;
      /** The store itself removes leftovers that are older. */
      readonly leftoverDays: number;
      /** Pages that may send parts to the store. */
      readonly browserOrigins: readonly string[];
    };

/** Everything that can be set, validated and frozen. Made once at start by `loadConfig`, handed on from there. */
export interface Config {
  readonly profile: 'development' | 'production';
  /** Absolute path of the one directory that local files live in; mode 0700. */
  readonly dataDir: string;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** What clients reach us under, without a slash at the end. */
    readonly publicUrl: string;
    /** Origins that a browser may call from; empty means same origin only. */
    readonly allowedOrigins: readonly string[];
    /** Whose word on the address of a client counts; empty means that nobody stands between. */
    readonly trustedProxies: readonly string[];
    /** Above these no new work is taken; what is under way goes on. */
    readonly limits: {
      /** Mean delay of the event loop over a second. */
      readonly maxEventLoopDelayMs: number;
      readonly maxHeapBytes: number;
      readonly maxRssBytes: number;
    };
  };
  readonly metrics: { readonly apiPort: number; readonly workerPort: number };
  readonly database: {
    readonly url: string;
    readonly poolSize: number;
    /** How long a connection that nobody uses is kept. */
    readonly maxIdleSeconds: number;
    /** Age at which a connection is replaced, once nobody uses it. */
    readonly maxLifetimeSeconds: number;
    /** Whether connections keep prepared statements; not behind a pooler that hands them on. */
    readonly preparesStatements: boolean;
    readonly statementTimeoutMs: number;
    readonly lockTimeoutMs: number;
    readonly idleInTransactionTimeoutMs: number;
    readonly connectTimeoutMs: number;
    /** Longest transaction that somebody waits for, repeats included. */
    readonly deadlineMs: number;
  };
  readonly redis: RedisConfig;
  readonly store: StoreConfig;
  /** Below this no new bytes are put on the disks of the store and of the upload directory. */
  readonly minFreeBytes: number;
  readonly clamd: {
    readonly addresses: readonly ClamdAddress[];
    readonly maxStreamBytes: number;
    readonly connectTimeoutMs: number;
    /** Longest wait for clamd to take the next chunk. */
    readonly writeTimeoutMs: number;
    /** Longest wait for the reply after the last byte. */
    readonly replyTimeoutMs: number;
    /** From one self-test of a clamd that works to the next. */
    readonly selfTestIntervalMs: number;
    /** A clamd with older definitions gets files only while there is no other. */
    readonly maxDefinitionsAgeMs: number;
  };
  readonly auth: {
    readonly issuer: string;
    readonly audience: string;
    /** The built-in issuer; `null` in production and wherever another issuer is named. */
    readonly developmentIssuer: { readonly keysFile: string } | null;
  };
  /** At least 32 bytes; signs part and download URLs, the same in all API processes. */
  readonly urlSigningKey: Uint8Array;
  /** Where the keys are that receipts are signed with, the same in all API processes. */
  readonly receiptKeys: {
    /** Absolute. */
    readonly file: string;
    /** Whether a key is made where there is no file; never where the file was named. */
    readonly mayCreate: boolean;
  };
  readonly upload: {
    /** How long an upload may stay unfinished. */
    readonly sessionTtlSeconds: number;
    readonly partUrlTtlSeconds: number;
    /** A sender that stays below this for 30 s is cut off. */
    readonly minRateBytesPerSecond: number;
    readonly idempotencyTtlSeconds: number;
  };
  readonly inspection: {
    /** Files that one worker inspects at the same time. */
    readonly concurrency: number;
    /** Bytes of those files; a larger file is inspected alone. */
    readonly bytesInFlight: number;
    /** Inspections of each priority that stand in the queue; the others wait in the database for their tenant's turn. */
    readonly queueWindow: number;
    readonly leaseMs: number;
    /** Inspections begun before a file that never got a verdict becomes UNSCANNABLE. */
    readonly maxAttempts: number;
    /** Wait before the second attempt; doubles from there, with jitter. */
    readonly backoffMs: number;
    readonly maxBackoffMs: number;
    /** How long what was given up is kept for a decision. */
    readonly deadLetterMs: number;
    readonly sweepIntervalMs: number;
  };
  readonly rescan: {
    /** Sealed copies of all tenants that are examined again in a minute; zero for those alone that are asked for. */
    readonly perMinute: number;
  };
  readonly sandbox: {
    /** Analysers of structure that are kept ready: one for each file that is inspected at the same time. */
    readonly size: number;
    /** Longest wait for an analyser to start, to become free, or to take the next bytes. */
    readonly timeoutMs: number;
    /** Measures without which a worker does not start; in production all that were not waived. */
    readonly required: readonly string[];
  };
  readonly quarantine: {
    /** How long infected content is kept. */
    readonly retentionMs: number;
    /** Longest time that a release may last. */
    readonly maxReleaseMs: number;
  };
  readonly collection: {
    /** From the end of one run to the next, whichever process does it. */
    readonly intervalMs: number;
    /** How long bytes that no row refers to stay untouched: longer than any upload takes. */
    readonly minAgeMs: number;
  };
}
