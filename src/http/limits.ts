import { getHeapStatistics } from 'node:v8';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fault, FaultError } from '../domain/errors.js';
import { PRESSURE_RETRY_MS } from '../graphql/use-admission.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * `always` is answered whatever the load: probes, parts of uploads that were already let in, and whatever
     * finds out by itself what is new work.
     *
     * @default 'new-work'
     */
    admission?: 'always' | 'new-work';
  }
}

/** How much one address may ask, and when the process takes no new work. */
export interface EdgeLimits {
  /** Requests of one address in ten seconds; many users may share an address. @default 20000 */
  readonly requestsPerAddress: number;
  /** Mean delay of the event loop over a second, in milliseconds; above 30000 it is not watched. @default 1000 */
  readonly maxEventLoopDelayMs: number;
  /** Never more than 85 % of what Node lets the process have. @default 768 MiB */
  readonly maxHeapBytes: number;
  /** @default 1.5 GiB */
  readonly maxRssBytes: number;
}

const MIB = 1024 * 1024;
/** Beyond this share of its limit the heap is collected ever more often, and then the process ends. */
const HEAP_SHARE = 0.85;

/** Generous for honest clients, and far below what would hurt. */
export const DEFAULT_EDGE_LIMITS: EdgeLimits = {
  requestsPerAddress: 20_000,
  maxEventLoopDelayMs: 1_000,
  maxHeapBytes: 768 * MIB,
  maxRssBytes: 1_536 * MIB,
};

const RATE_WINDOW_MS = 10_000;
/** Addresses that are counted at the same time; the least recent one is forgotten. */
const MAX_COUNTED_ADDRESSES = 10_000;
/** A second without one sample, because the process got no processor, counts as endless: whoever allows so much wants no watch. */
const UNWATCHED_DELAY_MS = 30_000;
const OFF = 0;

/**
 * Refuses with RATE_LIMITED what one address asks too often; probes are never counted. Of what is asked from now on, that is
 * preflights alone: the rules for other origins answer those themselves.
 *
 * @returns a function that counts the rest as well, to be called after these rules, so that pages can read a refusal
 */
export async function addRateLimit(app: FastifyInstance, limits: EdgeLimits): Promise<() => void> {
  await app.register(rateLimit, {
    // Its own hooks on each route come after those of the route, which may refuse before, and an unknown path has none.
    global: false,
    max: limits.requestsPerAddress,
    timeWindow: RATE_WINDOW_MS,
    cache: MAX_COUNTED_ADDRESSES,
    allowList: (request) => isProbe(request),
    keyGenerator: (request) => request.ip,
    errorResponseBuilder: ({ url }, { ttl }) =>
      new FaultError(
        fault(isTus(url) ? 'OVERLOADED' : 'RATE_LIMITED', { retryAfterMs: Math.max(1, ttl) }).fault,
      ),
  });
  const count = app.rateLimit();
  app.addHook('onRequest', async function countPreflight(request, reply) {
    if (request.method === 'OPTIONS') await count.call(this, request, reply);
  });
  return () => void app.addHook('onRequest', count);
}

/** Refuses new work with OVERLOADED while the process is at its limits; what is under way goes on. */
export async function addPressureGate(app: FastifyInstance, limits: EdgeLimits): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: limits.maxEventLoopDelayMs > UNWATCHED_DELAY_MS ? OFF : limits.maxEventLoopDelayMs,
    maxHeapUsedBytes: Math.min(limits.maxHeapBytes, getHeapStatistics().heap_size_limit * HEAP_SHARE),
    maxRssBytes: limits.maxRssBytes,
    sampleInterval: 1_000,
    pressureHandler: (request) => {
      if (request.routeOptions.config.admission === 'always') return;
      throw new FaultError(fault('OVERLOADED', { retryAfterMs: PRESSURE_RETRY_MS }).fault);
    },
  });
}

/** Clients of tus take 429 for the end, and 503 for a reason to come again. */
const isTus = (url: string): boolean => /^\/uploads(?:[/?]|$)/u.test(url);

const isProbe = (request: FastifyRequest): boolean =>
  /^\/(?:livez|readyz|startupz)$/u.test(request.routeOptions.url ?? '');
