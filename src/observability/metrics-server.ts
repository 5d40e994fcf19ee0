import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Health, HealthReport } from './health.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

/** What the server of a process's metrics needs. */
export interface MetricsServerDeps {
  readonly metrics: Metrics;
  readonly health: Health;
  readonly logger: Logger;
  readonly host: string;
  readonly port: number;
}

/** A small server apart from the public one: `/metrics` and the three probes, for the API and the workers. */
export interface MetricsServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Ends it at once; what it answers is never worth waiting for. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Who takes a place and asks nothing loses it soon, or no probe would be answered: Node looks every 30 s by default. */
const LIMITS = { requestTimeout: 5_000, headersTimeout: 5_000, connectionsCheckingInterval: 1_000 };

/** Starts the server. Throws where the port is taken. */
export async function startMetricsServer(deps: MetricsServerDeps): Promise<MetricsServer> {
  const server = createServer(LIMITS, (request, response) => {
    void answer(deps, request, response);
  });
  server.maxConnections = 64;
  server.listen(deps.port, deps.host);
  await once(server, 'listening');
  return { port: portOf(server), close: () => close(server) };
}

async function answer(
  deps: MetricsServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { status, type, body } = await route(deps, request);
    const headers = {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    };
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
  } catch (error) {
    deps.logger.error({ err: error }, 'metrics could not be collected');
    response.writeHead(500).end();
  }
}

async function route(deps: MetricsServerDeps, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'Method not allowed\n');
  switch ((request.url ?? '').split('?')[0]) {
    case '/metrics': {
      const { registry } = deps.metrics;
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    }
    case '/livez':
      return report(deps.health.live());
    case '/readyz':
      return report(await deps.health.ready());
    case '/startupz':
      return report(await deps.health.started());
    default:
      return text(404, 'Not found\n');
  }
}

const text = (status: number, body: string): Answer => ({ status, type: 'text/plain', body });

const report = (health: HealthReport): Answer => ({
  status: health.status === 'unavailable' ? 503 : 200,
  type: 'application/json',
  body: `${JSON.stringify(health)}\n`,
});

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
