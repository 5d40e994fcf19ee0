import { getOperationAST, GraphQLError, type ExecutionArgs } from 'graphql';
import { CloseCode, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import type { Correlation } from '../../domain/actor.js';
import { fault } from '../../domain/errors.js';
import type { GraphqlContext } from '../../graphql/context.js';
import type { OperationArgs } from '../../graphql/engine.js';
import { toGraphqlError } from '../../graphql/errors.js';
import type { GraphqlStreamDeps } from './deps.js';
import type { Shut, WsIdentity } from './ws-identity.js';

/** What graphql-ws hands through to us for each connection. */
export interface WsConnection {
  readonly correlation: Correlation;
  readonly identity: WsIdentity;
  /** Ids of the operations that have not ended, also of those that the client has taken back. */
  readonly running: Set<string>;
  readonly shut: Shut;
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
    onSubscribe: ({ extra }, id, payload) => {
      const context = contextOf(extra);
      const refused = refuse(extra, id);
      if (refused) return [refused];
      // Over HTTP each operation is a request, which is counted; here only the connection was.
      const admitted = extra.identity.session?.admit();
      if (admitted?.ok === false) return [toGraphqlError(admitted.fault, extra.correlation)];
      const prepared = engine.prepare(payload.query, context);
      if (!prepared.ok) return prepared.errors;
      if (!getOperationAST(prepared.document, payload.operationName)) {
        return [engine.publish(new GraphQLError('The document has no such operation.'), context)];
      }
      extra.running.add(id);
      return argsOf(engine.schema, prepared.document, payload, context);
    },
    onComplete: ({ extra }, id) => void extra.running.delete(id),
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

/** Refuses what is one operation too many, and closes the connection where two have the same id. */
function refuse({ correlation, running, shut }: WsConnection, id: string): GraphQLError | undefined {
  if (!running.has(id) && running.size < MAX_OPERATIONS) return undefined;
  // The library, which knows operations by their id alone, would take the end of the first for that of the second.
  if (running.has(id)) shut(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
  const message = `One connection carries at most ${String(MAX_OPERATIONS)} operations.`;
  return toGraphqlError(fault('RATE_LIMITED', { message }).fault, correlation);
}
