import { handleStreamOrSingleExecutionResult, type Plugin } from '@envelop/core';
import { type GraphQLError, type ExecutionResult } from 'graphql';
import type { GraphqlContext } from './context.js';

/** Turns any error of an operation into what its client may see. */
export type PublishError = (error: unknown, context: GraphqlContext) => GraphQLError;

interface Settable {
  readonly result: ExecutionResult;
  readonly setResult: (result: ExecutionResult) => void;
}

/** Lets no error of execution out but through the error table, also those of single events and of sources. */
export function usePublicErrors(publish: PublishError): Plugin {
  const publishAll =
    (context: GraphqlContext) =>
    ({ result, setResult }: Settable): void => {
      if (!result.errors) return;
      setResult({ ...result, errors: result.errors.map((error) => publish(error, context)) });
    };
  return {
    onExecute: ({ args }) => {
      const handle = publishAll(args.contextValue as unknown as GraphqlContext);
      return { onExecuteDone: (payload) => handleStreamOrSingleExecutionResult(payload, handle) };
    },
    onSubscribe: ({ args }) => {
      const context = args.contextValue as unknown as GraphqlContext;
      const handle = publishAll(context);
      return {
        onSubscribeResult: (payload) => handleStreamOrSingleExecutionResult(payload, handle),
        onSubscribeError: ({ error, setError }) => {
          setError(publish(error, context));
        },
      };
    },
  };
}
