import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { closeHttpServer, createHttpServer, type HttpServerDeps } from '../../src/http/server.js';
import { createHealth } from '../../src/observability/health.js';
import { createLogger, type Logger } from '../../src/observability/logger.js';
import { createMetrics, type Metrics } from '../../src/observability/metrics.js';

/** A logger that remembers its lines. */
export function rememberingLogger(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return { logger: createLogger({ level: 'trace', service: 'test', destination }), lines };
}

/** The edge on a real socket. */
export interface TestEdge {
  readonly app: FastifyInstance;
  readonly url: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly lines: string[];
  close(): Promise<void>;
}

/** Starts the edge with the routes that a test adds, on a port that the system chooses. */
export async function startTestEdge(
  addRoutes: (app: FastifyInstance, edge: Pick<TestEdge, 'metrics' | 'logger'>) => void | Promise<void>,
  changes: Partial<HttpServerDeps> = {},
): Promise<TestEdge> {
  const { logger, lines } = rememberingLogger();
  const metrics = createMetrics();
  const app = await createHttpServer({
    logger,
    metrics,
    health: createHealth({ checks: [] }),
    publicUrl: 'http://127.0.0.1',
    allowedOrigins: ['https://app.example'],
    minRateBytesPerSecond: 1_024,
    // A machine that runs nine test suites is slow; only the test of pressure wants to see any.
    limits: { maxEventLoopDelayMs: 60_000, maxHeapBytes: 2 ** 40, maxRssBytes: 2 ** 40 },
    ...changes,
  });
  await addRoutes(app, { metrics, logger });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  return { app, url, port, metrics, logger, lines, close: () => closeHttpServer(app, 1_000) };
}
