import { getOperationAST, GraphQLError, type ExecutionResult } from 'graphql';
import { createHandler, type Handler } from 'graphql-sse';
import type { FastifyRequest } from 'fastify';
import { fault } from '../../domain/errors.js';
import type { GraphqlContext } from '../../graphql/context.js';
import type { OperationArgs } from '../../graphql/engine.js';
import { toGraphqlError } from '../../graphql/errors.js';
import type { GraphqlDeps } from './deps.js';
import { boundResults, type StreamBounds } from './sse-result.js';
import type { Window } from './sse-window.js';

/** What graphql-sse hands through to us for each stream. */
export interface SseStream {
  readonly context: GraphqlContext;
  readonly window: Window;
  /** Aborts when the token has ended or the process stops. */
  readonly ended: AbortSignal;
}

type Results = AsyncIterableIterator<ExecutionResult>;

/**
 * Makes the protocol over the engine, in "distinct connections" mode alone: one request, one operation.
 *
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 */
export function createSseProtocol({ engine }: GraphqlDeps): Handler<FastifyRequest, SseStream> {
  return createHandler<FastifyRequest, SseStream, OperationContext>({
    // No token of a stream: the "single connection" mode does not exist here.
    authenticate: () => null,
    onSubscribe: ({ context: { context } }, { query, operationName, variables }) => {
      const prepared = engine.prepare(query, context);
      if (!prepared.ok) return once({ errors: prepared.errors });
      if (!getOperationAST(prepared.document, operationName)) {
        const error = new GraphQLError('The document has no such operation.');
        return once({ errors: [engine.publish(error, context)] });
      }
      return {
        schema: engine.schema,
        document: prepared.document,
        operationName: operationName ?? null,
        variableValues: variables ?? null,
        contextValue: context as unknown as OperationContext,
      };
    },
    validate: () => [],
    execute: (args) => engine.execute(args as unknown as OperationArgs),
    subscribe: (args) => engine.subscribe(args as unknown as OperationArgs),
    onOperation: (_context, { context: stream }, _args, result) =>
      isResults(result) ? boundResults(result, boundsOf(stream, engine.publish)) : undefined,
  });
}

type OperationContext = Record<PropertyKey, unknown>;

const boundsOf = (
  { context, window, ended }: SseStream,
  publish: GraphqlDeps['engine']['publish'],
): StreamBounds => ({
  window,
  ended,
  failure: (error) => ({ errors: [publish(error, context)] }),
  lastWords: () => {
    const message = 'The token has expired or the service is stopping: subscribe again.';
    return { errors: [toGraphqlError(fault('UNAUTHENTICATED', { message }).fault, context.correlation)] };
  },
});

// oxlint-disable-next-line typescript/require-await -- a stream of one result
async function* once(result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result;
}

const isResults = (result: unknown): result is Results =>
  typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
