import { getOperationAST, GraphQLError, type ExecutionArgs } from 'graphql';
import { makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import type { Correlation } from '../../domain/actor.js';
import { fault } from '../../domain/errors.js';
import type { GraphqlContext } from '../../graphql/context.js';
import type { OperationArgs } from '../../graphql/engine.js';
import { toGraphqlError } from '../../graphql/errors.js';
import type { GraphqlStreamDeps } from './deps.js';
import type { WsIdentity } from './ws-identity.js';

/** What graphql-ws hands through to us for each connection. */
export interface WsConnection {
  readonly correlation: Correlation;
  readonly identity: WsIdentity;
  /** Aborts when the connection ends. */
  readonly signal: AbortSignal;
}

/** How long a client may take to say who it is. */
const INIT_TIMEOUT_MS = 3_000;
/** Operations that one connection may have open. */
const MAX_OPERATIONS = 100;

/**
 * Makes the protocol over the engine. Documents are read in `onSubscribe` and not by graphql-ws, because
 * there a syntax error would close the connection with all its other operations.
 *
 * @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function createWsProtocol({ engine }: GraphqlStreamDeps): Server<WsConnection> {
  return makeServer<Record<string, unknown> | undefined, WsConnection>({
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    onConnect: ({ connectionParams, extra }) => extra.identity.begin(connectionParams),
    onSubscribe: ({ extra, subscriptions }, _id, payload) => {
      const context = contextOf(extra);
      if (Object.keys(subscriptions).length > MAX_OPERATIONS) return [tooMany(extra.correlation)];
      // Over HTTP each operation is a request, which is counted; here only the connection was.
      const admitted = extra.identity.session?.admit();
      if (admitted?.ok === false) return [toGraphqlError(admitted.fault, extra.correlation)];
      const prepared = engine.prepare(payload.query, context);
      if (!prepared.ok) return prepared.errors;
      if (!getOperationAST(prepared.document, payload.operationName)) {
        return [engine.publish(new GraphQLError('The document has no such operation.'), context)];
      }
      return argsOf(engine.schema, prepared.document, payload, context);
    },
    execute: (args: ExecutionArgs) => engine.execute(args as OperationArgs),
    subscribe: (args: ExecutionArgs) => engine.subscribe(args as OperationArgs),
    onError: ({ extra }, _id, _payload, errors) =>
      errors.map((error) => engine.publish(error, contextOf(extra)).toJSON()),
  });
}

const argsOf = (
  schema: OperationArgs['schema'],
  document: OperationArgs['document'],
  { operationName, variables }: SubscribePayload,
  contextValue: GraphqlContext,
): OperationArgs => ({
  schema,
  document,
  operationName: operationName ?? null,
  variableValues: variables ?? null,
  contextValue,
});

const contextOf = ({ correlation, identity, signal }: WsConnection): GraphqlContext => ({
  correlation,
  transport: 'ws',
  signal,
  ...(identity.session && { session: identity.session }),
});

function tooMany(correlation: Correlation): GraphQLError {
  const message = `One connection carries at most ${String(MAX_OPERATIONS)} operations.`;
  return toGraphqlError(fault('RATE_LIMITED', { message }).fault, correlation);
}
