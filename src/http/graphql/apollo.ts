import { ApolloServer, HeaderMap, type ApolloServerPlugin, type GraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, OperationTypeNode, type GraphQLFormattedError } from 'graphql';
import { ERRORS } from '../../domain/errors.js';
import type { GraphqlContext } from '../../graphql/context.js';
import type { Engine } from '../../graphql/engine.js';
import { LIMITS } from '../../graphql/limits/limits.js';
import { PRESSURE_RETRY_MS } from '../../graphql/use-admission.js';
import type { Logger } from '../../observability/logger.js';

type Server = ApolloServer<GraphqlContext>;
type Gateway = NonNullable<ConstructorParameters<typeof ApolloServer<GraphqlContext>>[0]['gateway']>;

/**
 * Makes the Apollo Server that speaks HTTP for the engine. Apollo parses and validates with the engine's
 * rules and limits; what it executes, the engine does.
 *
 * @param current - context of the request that is being answered, for errors that come before an operation
 */
export function createApollo(
  engine: Engine,
  logger: Logger,
  current: () => GraphqlContext | undefined,
): Server {
  return new ApolloServer<GraphqlContext>({
    gateway: createGateway(engine),
    validationRules: [...engine.validationRules],
    parseOptions: { maxLexicalTokens: LIMITS.tokens },
    validationOptions: { maxErrors: LIMITS.errors },
    formatError: (formatted, error) => toPublic(engine, current(), formatted, error),
    // The engine's own rule decides, for all transports.
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    // Lifecycle ends the process, in its order.
    stopOnTerminationSignals: false,
    logger: logger.child({ part: 'apollo' }),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      httpStatuses,
    ],
  });
}

const createGateway = (engine: Engine): Gateway => ({
  onSchemaLoadOrUpdate: (load) => {
    load({ apiSchema: engine.schema, coreSupergraphSdl: '' });
    return () => undefined;
  },
  load: () =>
    Promise.resolve({
      executor: ({ document, operationName, request, context }) =>
        engine.execute({
          schema: engine.schema,
          document,
          operationName: operationName ?? null,
          variableValues: request.variables ?? null,
          contextValue: context as GraphqlContext,
        }),
    }),
  stop: () => Promise.resolve(),
});

function toPublic(
  engine: Engine,
  context: GraphqlContext | undefined,
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  return context ? engine.publish(error, context).toJSON() : formatted;
}

/** The statuses that are not Apollo's own: subscriptions have transports of their own, 401 and 503 have their meaning. */
const httpStatuses: ApolloServerPlugin<GraphqlContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation }) => {
        // Apollo would run the only operation of a document under whatever name the request gives it.
        if (!operation) {
          const extensions = { http: { status: 400 } };
          return Promise.reject(new GraphQLError('The document has no such operation.', { extensions }));
        }
        if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return Promise.resolve();
        const message = 'Subscriptions are served over WebSocket and at /graphql/stream.';
        const http = { status: 405, headers: new HeaderMap([['allow', 'GET']]) };
        return Promise.reject(new GraphQLError(message, { nodes: operation, extensions: { http } }));
      },
      willSendResponse: ({ response }) => {
        if (response.body.kind !== 'single') return Promise.resolve();
        const { errors, data } = response.body.singleResult;
        if (data === null || data === undefined) showRefusal(response.http, errors ?? []);
        return Promise.resolve();
      },
    }),
};

type ResponseHead = GraphQLResponse['http'];

/** What proxies and clients read from the head of an answer, where an operation did not run at all. */
function showRefusal(head: ResponseHead, errors: readonly GraphQLFormattedError[]): void {
  const codes = errors.map(({ extensions }) => extensions?.['code']);
  if (codes.includes('UNAUTHENTICATED')) {
    head.status = ERRORS.UNAUTHENTICATED.httpStatus;
    head.headers.set('www-authenticate', 'Bearer realm="lazaret"');
  } else if (codes.includes('OVERLOADED')) {
    head.status = ERRORS.OVERLOADED.httpStatus;
    head.headers.set('retry-after', String(PRESSURE_RETRY_MS / 1000));
  }
}
