import { fastify, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Health } from '../observability/health.js';
import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import { addBodyGuard } from './body-guard.js';
import { addCorrelation, correlationIdOf } from './correlation.js';
import { addCors } from './cors.js';
import { addErrorAnswers, answerBadUrl, answerClientError } from './error-answers.js';
import { registerHealth } from './health.js';
import { addPressureGate, addRateLimit, DEFAULT_EDGE_LIMITS, type EdgeLimits } from './limits.js';
import { addReaderGuard } from './reader-guard.js';
import { addRequestLog, EdgeLog, followRequest } from './request-log.js';
import { addSecurityHeaders } from './security-headers.js';
import { addUpgrades } from './upgrades.js';

/** What the edge needs. */
export interface HttpServerDeps {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** What clients reach us under; decides whether HSTS is sent. */
  readonly publicUrl: string;
  readonly allowedOrigins: readonly string[];
  /** Addresses and networks whose `X-Forwarded-For` names the client. @default none */
  readonly trustedProxies?: readonly string[];
  /** A sender or a reader that stays below this for 30 s is cut off. */
  readonly minRateBytesPerSecond: number;
  /** @default DEFAULT_EDGE_LIMITS */
  readonly limits?: Partial<EdgeLimits>;
  /** Windows of the guard of bodies; for tests. */
  readonly bodyGuard?: { readonly windowMs: number; readonly drainMs: number };
  /** Window of the guard of readers; for tests. */
  readonly readerGuard?: { readonly windowMs: number };
}

/** Largest body that is ever held in memory; streams of files do not count. */
const MAX_BUFFERED_BODY_BYTES = 1024 * 1024;
/** Longest segment of a path: signed URLs are far below. */
const MAX_PATH_SEGMENT_CHARS = 4_096;
const HEADERS_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** Sockets that are open at the same time, idle subscribers included. */
const MAX_CONNECTIONS = 8_192;
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Makes the one edge that every route lies behind: correlation, headers, CORS, limits and the guard of slow
 * bodies apply to all of them, and every failure is a problem. Routes are added to what it returns.
 */
export async function createHttpServer(deps: HttpServerDeps): Promise<FastifyInstance> {
  // Fastify's own view of a logger keeps the type of the instance free of ours.
  const loggerInstance: FastifyBaseLogger = deps.logger;
  const { trustedProxies = [] } = deps;
  const app: FastifyInstance = fastify({
    loggerInstance,
    logController: new EdgeLog({ disableRequestLogging: true, requestIdLogLabel: 'correlationId' }),
    genReqId: correlationIdOf,
    requestIdHeader: false,
    bodyLimit: MAX_BUFFERED_BODY_BYTES,
    // Uploads take as long as they take: the guard of bodies bounds their rate instead.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectionsCheckingInterval: 5_000,
      // Some clients offer h2c with every request, also with those that have a body: an offer that is not taken changes nothing.
      shouldUpgradeCallback: ({ headers }) => /(?:^|,)\s*websocket\s*(?:,|$)/i.test(headers.upgrade ?? ''),
    },
    routerOptions: { maxParamLength: MAX_PATH_SEGMENT_CHARS, ignoreTrailingSlash: false },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => {
      followRequest(deps.metrics, request, reply);
      answerBadUrl(error, request, reply);
    },
    clientErrorHandler: answerClientError,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  await addEdge(app, deps);
  return app;
}

async function addEdge(app: FastifyInstance, deps: HttpServerDeps): Promise<void> {
  const limits = { ...DEFAULT_EDGE_LIMITS, ...deps.limits };
  const { minRateBytesPerSecond, logger, bodyGuard, readerGuard } = deps;
  const routeUpgrades = addUpgrades(app);
  addCorrelation(app);
  addErrorAnswers(app);
  addRequestLog(app, deps.metrics);
  addBodyGuard(app, { minRateBytesPerSecond, logger, ...bodyGuard });
  addReaderGuard(app, { minRateBytesPerSecond, logger, ...readerGuard });
  await addSecurityHeaders(app, deps.publicUrl.startsWith('https:'));
  const countRequests = await addRateLimit(app, limits);
  await addCors(app, deps.allowedOrigins);
  countRequests();
  await addPressureGate(app, limits);
  routeUpgrades();
  registerHealth(app, deps.health);
}

/**
 * Ends the server in order: no new connections, what is under way may finish, and what is not finished at
 * the deadline is cut off.
 */
export async function closeHttpServer(app: FastifyInstance, deadlineMs: number): Promise<void> {
  // A connection whose last answer is out would otherwise be kept for the next request.
  const idle = setInterval(() => {
    app.server.closeIdleConnections();
  }, IDLE_CHECK_MS);
  const deadline = setTimeout(() => {
    app.server.closeAllConnections();
  }, deadlineMs);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(deadline);
  }
}

const IDLE_CHECK_MS = 50;
