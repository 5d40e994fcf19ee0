import { isAsyncIterable, type Plugin } from '@envelop/core';
import { getOperationAST, type DocumentNode, type ExecutionResult, type GraphQLError } from 'graphql';
import type { GraphqlContext, GraphqlTransport } from './context.js';

/** One operation that has ended. */
export interface OperationObservation {
  readonly type: 'query' | 'mutation' | 'subscription';
  /** As the client named it; not fit for a metric's label. */
  readonly name: string | undefined;
  readonly transport: GraphqlTransport;
  /** `ok`, or the code of the first error. */
  readonly outcome: string;
  readonly durationMs: number;
}

/** Called once for each operation, when it has ended. */
export type ObserveOperation = (observation: OperationObservation) => void;

interface Observed {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly contextValue?: unknown;
}

/** Tells how each operation went and how long it took; a subscription when it ends. */
export function useObservation(observe: ObserveOperation): Plugin {
  return {
    onExecute: ({ args }) => {
      const end = begin(args, observe);
      return end && { onExecuteDone: ({ result }) => (isAsyncIterable(result) ? undefined : end(result)) };
    },
    onSubscribe: ({ args }) => {
      const end = begin(args, observe);
      let outcome: ExecutionResult = {};
      return (
        end && {
          onSubscribeResult: ({ result }) => {
            if (!isAsyncIterable(result)) return end(result);
            return { onEnd: () => end(outcome) };
          },
          // By now it is public: `usePublicErrors` comes first.
          onSubscribeError: ({ error }) => {
            outcome = { errors: [error as GraphQLError] };
          },
        }
      );
    },
  };
}

function begin(
  { document, operationName, contextValue }: Observed,
  observe: ObserveOperation,
): ((result: ExecutionResult) => undefined) | undefined {
  const operation = getOperationAST(document, operationName);
  if (!operation) return undefined;
  const startedAt = performance.now();
  const { transport } = contextValue as GraphqlContext;
  return ({ errors }) => {
    const code = errors?.[0]?.extensions['code'];
    observe({
      type: operation.operation,
      name: operation.name?.value,
      transport,
      outcome: errors ? (typeof code === 'string' ? code : 'INTERNAL') : 'ok',
      durationMs: performance.now() - startedAt,
    });
    return undefined;
  };
}
