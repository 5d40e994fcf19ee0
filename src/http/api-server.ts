import { existsSync } from 'node:fs';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createEngine, type Engine } from '../graphql/engine.js';
import type { OperationObservation } from '../graphql/use-observation.js';
import { buildLazaretSchema } from '../graphql/schema.js';
import type { UseCases } from '../graphql/use-cases.js';
import type { Breakers } from '../observability/breakers.js';
import type { ReceiptSigner } from '../ports/receipt-signer.js';
import type { RoleStore } from '../ports/role-store.js';
import type { SecretZip } from '../ports/secret-zip.js';
import type { UrlSigner } from '../ports/url-signer.js';
import type { Clock } from '../ports/clock.js';
import type { receivePart } from '../usecases/receive-part.js';
import type { openDownload } from '../usecases/downloads.js';
import { createAuthenticator } from './auth/authenticate.js';
import { registerDownloads } from './downloads.js';
import { gateNewUploads } from './gate-uploads.js';
import { registerGraphqlHttp } from './graphql-http.js';
import { registerGraphqlSse } from './graphql-sse.js';
import { registerGraphqlWs } from './graphql-ws.js';
import { createConnectionCaps } from './graphql/connection-caps.js';
import { registerQuarantine, type QuarantineDeps } from './quarantine.js';
import { registerParts } from './parts.js';
import { registerReceiptKeys } from './receipt-keys.js';
import { registerS3 } from './s3.js';
import { registerTus, type TusDeps } from './tus.js';
import { closeHttpServer, createHttpServer, type HttpServerDeps } from './server.js';

/** What the API serves, and by what rules. */
export interface ApiServerDeps extends HttpServerDeps {
  readonly useCases: UseCases &
    TusDeps['useCases'] & {
      readonly receivePart: ReturnType<typeof receivePart>;
      readonly openDownload: ReturnType<typeof openDownload>;
    } & Pick<QuarantineDeps, 'openReleased' | 'openForensic'>;
  readonly zip: SecretZip;
  readonly urls: UrlSigner;
  readonly roles: RoleStore;
  readonly receipts: ReceiptSigner;
  readonly clock: Clock;
  readonly breakers?: Breakers;
  readonly isProduction: boolean;
  readonly isTracing: boolean;
  readonly auth: {
    readonly issuer: string;
    readonly audience: string;
    readonly developmentIssuer: { readonly keysFile: string } | null;
  };
  /** Directory of the built GraphiQL. */
  readonly playgroundDir: string;
}

/** The public surface of the API process. */
export interface ApiServer {
  listen(host: string, port: number): Promise<void>;
  /** Ends connections in order, at the deadline by force. */
  close(deadlineMs: number): Promise<void>;
}

/** Everything that reaches every transport; the page is for one of them alone. */
type Surface = Omit<ApiServerDeps, 'playgroundDir'>;

/** Puts every surface on the one edge. */
export async function createApiServer({ playgroundDir, ...given }: ApiServerDeps): Promise<ApiServer> {
  const app = await createHttpServer(given);
  const deps = { ...given, useCases: gateNewUploads(given.useCases, () => app.isUnderPressure()) };
  const authenticate = createAuthenticator({ ...deps, ...deps.auth });
  const graphql = { ...deps, authenticate, engine: await openEngine(deps, () => app.isUnderPressure()) };
  const streams = { ...graphql, caps: createConnectionCaps() };
  await addIssuer(app, deps);
  registerReceiptKeys(app, deps.receipts.publicKeys);
  await registerParts(app, { ...deps, receivePart: deps.useCases.receivePart });
  await registerTus(app, { ...deps, authenticate });
  await registerS3(app, deps);
  registerDownloads(app, { ...deps, openDownload: deps.useCases.openDownload });
  registerQuarantine(app, { ...deps, ...deps.useCases });
  await registerGraphqlSse(app, streams);
  await registerGraphqlHttp(app, {
    ...graphql,
    ...(mayExplore(deps, playgroundDir) ? { playgroundDir } : {}),
  });
  const sockets = registerGraphqlWs(app, streams);
  return {
    listen: async (host, port) => {
      await app.listen({ host, port });
    },
    close: async (deadlineMs) => {
      await sockets.close();
      await closeHttpServer(app, deadlineMs);
    },
  };
}

/** GraphiQL is for development, and it is only there after a build. */
function mayExplore({ isProduction, logger }: Surface, playgroundDir: string): boolean {
  if (isProduction) return false;
  const isBuilt = existsSync(path.join(playgroundDir, 'index.html'));
  if (!isBuilt) logger.warn('GraphiQL is not built and not served');
  return isBuilt;
}

async function openEngine(
  { useCases, clock, isProduction, isTracing, logger, metrics }: Surface,
  isUnderPressure: () => boolean,
): Promise<Engine> {
  const schema = await buildLazaretSchema(useCases, clock);
  const observe = ({ type, outcome, durationMs }: OperationObservation): void => {
    metrics.graphqlOperations.inc({ type, outcome });
    // A subscription lasts as long as somebody watches, which says nothing of speed.
    if (type !== 'subscription') metrics.graphqlDurationSeconds.observe({ type }, durationMs / 1000);
  };
  // Loaded only where spans are wanted: it takes memory of every process.
  const tracing = isTracing ? (await import('../graphql/use-tracing.js')).useTracing() : [];
  return createEngine({ schema, isProduction, logger, isUnderPressure, tracing, observe });
}

async function addIssuer(app: FastifyInstance, deps: Surface): Promise<void> {
  const { issuer, audience, developmentIssuer } = deps.auth;
  if (deps.isProduction || developmentIssuer === null) return;
  const { keysFile } = developmentIssuer;
  // Production does not even load it.
  const { registerDevelopmentIssuer } = await import('./development-issuer.js');
  await registerDevelopmentIssuer(app, { ...deps, profile: 'development', issuer, audience, keysFile });
}
