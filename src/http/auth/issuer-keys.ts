import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, type RemoteJWKSet } from 'jose';
import { z } from 'zod';
import { TransientError } from '../../domain/errors.js';
import { createBreaker } from '../../observability/breaker.js';
import type { Breakers } from '../../observability/breakers.js';
import type { Logger } from '../../observability/logger.js';
import type { Metrics } from '../../observability/metrics.js';

/** How the keys of an issuer are kept. */
export interface IssuerKeysOptions {
  readonly issuer: string;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Shortest time between two fetches that unknown key ids cause. @default 10000 */
  readonly cooldownMs?: number;
  /** Shortest time between two fetches while the issuer fails. @default 2000 */
  readonly failureCooldownMs?: number;
  /** Age at which known keys are fetched again, so that retired ones go. @default 300000 */
  readonly refreshMs?: number;
  /** Makes the breaker before the issuer. @default one that nobody sees */
  readonly breakers?: Breakers;
  /** Longest time that known keys are trusted while the issuer cannot be reached. @default 86400000 */
  readonly maxOutageMs?: number;
}

const FETCH_TIMEOUT_MS = 3_000;

const keysSchema = z.looseObject({ keys: z.array(z.looseObject({})) });

/** RFC 8414, section 3.3: the issuer value returned MUST be identical to the one that was asked. */
const metadataOf = (issuer: string) =>
  z.object({
    issuer: z.literal(issuer),
    jwks_uri: z
      .url({ protocol: /^https?$/, abort: true })
      .refine((keys) => mayComeFrom(new URL(keys), new URL(issuer)), 'would let keys come in the clear'),
  });

/**
 * Keys that came in the clear would be worth no more than tokens without a signature. An issuer that may itself be asked so,
 * as the configuration says, names them on its own host.
 */
const mayComeFrom = (keys: URL, issuer: URL): boolean =>
  keys.protocol === 'https:' || (keys.protocol === issuer.protocol && keys.hostname === issuer.hostname);

/**
 * Finds the key of a token among those of the one issuer that the configuration names. Keys are known from
 * memory: a key id that is not known causes at most one fetch in each cool-down, however many tokens name
 * it, and an issuer that is down costs nothing while its keys are known.
 *
 * @throws TransientError while the issuer has never been reached
 * @throws JWKSNoMatchingKey for a key that the issuer does not have
 */
export function createIssuerKeys(options: IssuerKeysOptions): JWTVerifyGetKey {
  const fetches = boundFetches(options);
  let discovered: Promise<RemoteJWKSet> | undefined;
  const discoverOnce = (): Promise<RemoteJWKSet> => {
    discovered ??= discover(options, fetches).catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
    return discovered;
  };
  return async (header, token) => {
    const keys = await discoverOnce();
    refreshWhenOld(keys, fetches, options);
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
        throw error;
      }
      // The fetch failed. With keys at hand, what they do not match is a bad token and not an outage.
      if (keys.jwks()) throw new errors.JWKSNoMatchingKey(undefined, { cause: error });
      throw new TransientError('issuer', 'The keys of the issuer cannot be fetched.', { cause: error });
    }
  };
}

interface BoundFetches {
  /** Fetches what fits the schema; all else is a failure of the issuer. */
  readonly fetch: <T>(url: string, init: RequestInit, schema: z.ZodType<T>) => Promise<T>;
  /** Milliseconds since the last fetch that succeeded. */
  ageMs(): number;
}

/** Lets no fetch out shortly after one that failed, and counts all of them. */
function boundFetches(options: IssuerKeysOptions): BoundFetches {
  const { metrics, breakers, logger, failureCooldownMs = 2_000 } = options;
  const report = reportOutages(logger);
  let succeededAt = -Infinity;
  const settings = { dependency: 'issuer', failures: 1, openMs: failureCooldownMs };
  const breaker = breakers?.create(settings) ?? createBreaker(settings);
  const ask = async <T>(url: string, init: RequestInit, schema: z.ZodType<T>): Promise<T> => {
    try {
      const response = await fetch(url, init);
      if (response.status !== 200) throw new TransientError('issuer', `HTTP ${String(response.status)}`);
      const body = schema.parse(await response.json());
      succeededAt = performance.now();
      metrics.jwksFetches.inc({ outcome: 'success' });
      report();
      return body;
    } catch (error) {
      metrics.jwksFetches.inc({ outcome: 'failure' });
      report(error);
      throw error;
    }
  };
  return {
    ageMs: () => performance.now() - succeededAt,
    fetch: (url, init, schema) => breaker.run(() => ask(url, init, schema)),
  };
}

/** Tells operators why keys cannot be had, once for each cause in a row: callers hear only that a dependency is away. */
function reportOutages(logger: Logger): (error?: unknown) => void {
  let last: string | undefined;
  return (error) => {
    if (error === undefined) {
      if (last !== undefined) logger.info('the issuer answers again');
      last = undefined;
      return;
    }
    const cause = error instanceof Error ? `${error.message} ${String(error.cause)}` : 'unknown';
    if (cause !== last) logger.warn({ err: error }, 'the issuer does not answer as it should');
    last = cause;
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc8414#section-3 */
async function discover(options: IssuerKeysOptions, fetches: BoundFetches): Promise<RemoteJWKSet> {
  const url = `${options.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
    const metadata = await fetches.fetch(url, { redirect: 'error', signal }, metadataOf(options.issuer));
    return remoteKeys(new URL(metadata.jwks_uri), options, fetches);
  } catch (error) {
    throw new TransientError('issuer', 'The issuer cannot be discovered.', { cause: error });
  }
}

const remoteKeys = (url: URL, options: IssuerKeysOptions, fetches: BoundFetches): RemoteJWKSet =>
  createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: options.cooldownMs ?? 10_000,
    // Keys are renewed beside the requests, see below: one that expires here would turn an outage of the
    // issuer into one of ours.
    cacheMaxAge: options.maxOutageMs ?? 86_400_000,
    [customFetch]: async (at, init) => Response.json(await fetches.fetch(at, init, keysSchema)),
  });

function refreshWhenOld(keys: RemoteJWKSet, fetches: BoundFetches, options: IssuerKeysOptions): void {
  const isOld = keys.jwks() !== undefined && fetches.ageMs() > (options.refreshMs ?? 300_000);
  if (!isOld || keys.reloading) return;
  // Requests go on with the keys that are known; after a failure the breaker lets no fetch out for a while.
  keys.reload().catch(() => undefined);
}
