import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import { createEngine, type EngineDeps } from '../../src/graphql/engine.js';
import { buildLazaretSchema } from '../../src/graphql/schema.js';
import type { UseCases } from '../../src/graphql/use-cases.js';
import { registerGraphqlHttp } from '../../src/http/graphql-http.js';
import { registerGraphqlSse } from '../../src/http/graphql-sse.js';
import { registerGraphqlWs } from '../../src/http/graphql-ws.js';
import type { SubjectLimitOptions } from '../../src/http/auth/subject-limit.js';
import { createConnectionCaps, type CapOptions } from '../../src/http/graphql/connection-caps.js';
import type { HttpServerDeps } from '../../src/http/server.js';
import { fakeIdentities, type FakeIdentities } from './fake-identities.js';
import { fakeUseCases, type FakeUseCases } from './fake-use-cases.js';
import { startTestEdge, type TestEdge } from './test-edge.js';

/** All transports of GraphQL on a real socket, over use-cases in memory. */
export interface GraphqlServer extends TestEdge {
  readonly useCases: FakeUseCases;
  readonly identities: FakeIdentities;
  readonly wsUrl: string;
  /** Sends one operation and reads the answer. */
  post(query: string, options?: PostOptions): Promise<GraphqlAnswer>;
}

/** How an operation is sent. */
export interface PostOptions {
  /** @default acme-admin */
  readonly token?: string | null;
  readonly variables?: Record<string, unknown>;
}

/** An answer of the API. */
export interface GraphqlAnswer {
  readonly status: number;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly string[];
    readonly extensions: Record<string, unknown>;
  }[];
}

/** What is different about a server of a test. */
export interface GraphqlServerOptions {
  readonly useCases?: Partial<UseCases>;
  readonly isProduction?: boolean;
  readonly caps?: CapOptions;
  readonly subjectLimit?: SubjectLimitOptions;
  readonly observe?: NonNullable<EngineDeps['observe']>;
  readonly playgroundDir?: string;
  readonly sendTimeoutMs?: number;
  /** Of the edge. */
  readonly edge?: Pick<HttpServerDeps, 'limits' | 'trustedProxies'>;
}

/** Starts all transports of GraphQL on a port that the system chooses. */
export async function startGraphqlServer(options: GraphqlServerOptions = {}): Promise<GraphqlServer> {
  const useCases = fakeUseCases(options.useCases);
  const identities = fakeIdentities(options.subjectLimit);
  const clock = createSystemClock();
  const schema = await buildLazaretSchema(useCases, clock);
  const sockets: { close(): Promise<void> }[] = [];
  const edge = await startTestEdge(async (app, { metrics, logger }) => {
    const { isProduction = false, observe } = options;
    const engine = createEngine({
      schema,
      isProduction,
      logger,
      ...(observe && { observe }),
    });
    const { authenticate } = identities;
    const deps = { engine, authenticate, clock, logger, metrics, caps: createConnectionCaps(options.caps) };
    await registerGraphqlSse(app, deps);
    const playground = options.playgroundDir === undefined ? {} : { playgroundDir: options.playgroundDir };
    await registerGraphqlHttp(app, { ...deps, ...playground });
    sockets.push(
      registerGraphqlWs(app, {
        ...deps,
        publicUrl: 'https://files.example/lazaret',
        allowedOrigins: ['https://app.example'],
        sendTimeoutMs: options.sendTimeoutMs ?? 10_000,
      }),
    );
  }, options.edge);
  return {
    ...edge,
    useCases,
    identities,
    wsUrl: `${edge.url.replace('http', 'ws')}/graphql`,
    post: (query, post) => send(edge.url, query, post),
    close: async () => {
      await Promise.all(sockets.map((socket) => socket.close()));
      await edge.close();
    },
  };
}

async function send(url: string, query: string, options: PostOptions = {}): Promise<GraphqlAnswer> {
  const { token = 'acme-admin', variables } = options;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<GraphqlAnswer, 'status'>) };
}
