import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Provider, type Configuration } from 'oidc-provider';
import { fault } from '../domain/errors.js';
import type { Logger } from '../observability/logger.js';
import { DEVELOPMENT_CLIENTS, type DevelopmentClient } from './auth/development-clients.js';
import { memoryAdapter } from './auth/memory-adapter.js';
import { loadSigningKeys, type SigningKeys } from './auth/signing-keys-file.js';
import { sendProblem } from './problem.js';

/** What the development issuer needs. There is no value of `profile` that would start it in production. */
export interface DevelopmentIssuerDeps {
  readonly profile: 'development';
  readonly issuer: string;
  readonly audience: string;
  readonly keysFile: string;
  /** Origins beside our own whose pages may ask for tokens. */
  readonly allowedOrigins: readonly string[];
  readonly logger: Logger;
}

const MOUNT_PATH = '/oauth';
const TOKEN_TTL_SECONDS = 900;
/** What a token is for when the request does not say. @see https://www.rfc-editor.org/rfc/rfc8707 */
const RESOURCE = 'urn:lazaret:api';

/**
 * Serves an OAuth2 issuer under `/oauth` for the identities of the development profile: client credentials
 * only, tokens as RFC 9068 describes them. Everybody knows its secrets.
 *
 * @throws Error outside the development profile
 */
export async function registerDevelopmentIssuer(
  app: FastifyInstance,
  deps: DevelopmentIssuerDeps,
): Promise<void> {
  // The type says so already; this is for callers that were not compiled with it.
  if ((deps.profile as string) !== 'development') {
    throw new Error('The development issuer is for development only.');
  }
  const provider = new Provider(deps.issuer, configure(deps, await loadSigningKeys(deps.keysFile)));
  provider.on('server_error', (_context, error) => {
    deps.logger.error({ err: error }, 'the development issuer failed');
  });
  const handle = provider.callback();
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => {
      parsed(null);
    });
    // A token is how one learns that the service is busy; refusing it would only say less.
    const config = { admission: 'always' as const };
    // Browsers name their origin also when it is ours, as for the bundled page.
    const origins = new Set([...ownOrigins(deps.issuer), ...deps.allowedOrigins]);
    const handler = (request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
      const { origin } = request.headers;
      if (origin !== undefined && !origins.has(origin)) return refusePage(reply);
      // What pages may read is said by the edge: the provider would let those of every origin read.
      delete request.raw.headers.origin;
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      reply.hijack();
      void handle(mounted(request.raw), reply.raw);
      return undefined;
    };
    // Preflights, too, are answered by the edge alone.
    scope.route({ method: ['GET', 'HEAD', 'POST'], url: `${MOUNT_PATH}/*`, config, handler });
    done();
  });
}

const OWN_NAMES = ['127.0.0.1', 'localhost'];

/** Whoever opens our page by the other name of the machine has it from us all the same. */
function ownOrigins(issuer: string): readonly string[] {
  const { origin, hostname } = new URL(issuer);
  if (!OWN_NAMES.includes(hostname)) return [origin];
  return OWN_NAMES.map((name) => origin.replace(hostname, name));
}

const refusePage = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, fault('FORBIDDEN', { message: 'Pages of this origin may not ask for tokens.' }).fault);

/** The provider sees its own paths, and learns from `originalUrl` where it is mounted. */
function mounted(raw: IncomingMessage): IncomingMessage {
  const originalUrl = raw.url ?? MOUNT_PATH;
  return Object.assign(raw, { originalUrl, url: originalUrl.slice(MOUNT_PATH.length) });
}

function configure(deps: DevelopmentIssuerDeps, jwks: SigningKeys): Configuration {
  const byId = new Map(DEVELOPMENT_CLIENTS.map((client) => [client.clientId, client]));
  return {
    adapter: memoryAdapter,
    jwks,
    clients: DEVELOPMENT_CLIENTS.map(toMetadata),
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    responseTypes: [],
    scopes: [],
    ttl: { ClientCredentials: TOKEN_TTL_SECONDS },
    enabledJWA: { clientAuthSigningAlgValues: [], idTokenSigningAlgValues: ['ES256'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    extraTokenClaims: (_context, token) => claimsOf(byId.get(token.clientId ?? '')),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: deps.audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: TOKEN_TTL_SECONDS,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

const toMetadata = ({ clientId }: DevelopmentClient) => ({
  client_id: clientId,
  client_secret: clientId,
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  token_endpoint_auth_method: 'client_secret_basic' as const,
});

const claimsOf = (client: DevelopmentClient | undefined) =>
  client && { tenant: client.tenantId, roles: [...client.roles] };
