import { envelop, useEngine, useSchema, type Plugin } from '@envelop/core';
import {
  execute,
  GraphQLError,
  parse,
  specifiedRules,
  subscribe,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import type { Logger } from '../observability/logger.js';
import type { GraphqlContext } from './context.js';
import { endOnError } from './end-on-error.js';
import { classify, isPublic, toGraphqlError } from './errors.js';
import { LIMITS } from './limits/limits.js';
import { createValidationRules } from './limits/validation-rules.js';
import { useAdmission } from './use-admission.js';
import { useCurrentActor } from './use-current-actor.js';
import { useObservation, type ObserveOperation } from './use-observation.js';
import { usePublicErrors, type PublishError } from './use-public-errors.js';

/** What an engine is made of. */
export interface EngineDeps {
  readonly schema: GraphQLSchema;
  /** Hides the schema: no introspection, no suggestions. */
  readonly isProduction: boolean;
  readonly logger: Logger;
  /** Whether only what was let in may go on. @default never */
  readonly isUnderPressure?: () => boolean;
  /** What makes spans, where they are wanted. */
  readonly tracing?: readonly Plugin[];
  readonly observe?: ObserveOperation;
}

/** An operation that is ready to run. */
export type OperationArgs = ExecutionArgs & { readonly contextValue: GraphqlContext };

/** What came of reading a document: the document, or why it was refused before anything ran. */
export type Prepared =
  | { readonly ok: true; readonly document: DocumentNode }
  | { readonly ok: false; readonly errors: readonly GraphQLError[] };

/** The one way to run an operation, whatever transport it came by. */
export interface Engine {
  readonly schema: GraphQLSchema;
  /** What every transport adds to the rules of the specification. */
  readonly validationRules: readonly ValidationRule[];
  /** Parses and validates within the limits. Errors are public already. */
  prepare(query: string, context: GraphqlContext): Prepared;
  execute(args: OperationArgs): Promise<ExecutionResult>;
  subscribe(args: OperationArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
  /** Any error as the client may see it; what is not the client's doing is logged. */
  publish: PublishError;
}

/** Makes the engine that Apollo, graphql-ws and graphql-sse share. */
export function createEngine(deps: EngineDeps): Engine {
  const publish = createPublish(deps);
  const validationRules = createValidationRules(deps.isProduction);
  const enveloped = envelop({ plugins: plugins(deps, publish) })();
  return {
    schema: deps.schema,
    validationRules,
    publish,
    prepare: (query, context) => {
      const errors = (list: readonly unknown[]): Prepared => ({
        ok: false,
        errors: list.map((error) => publish(error, context)),
      });
      try {
        const document = parse(query, { maxLexicalTokens: LIMITS.tokens });
        const rules = [...specifiedRules, ...validationRules];
        const found = validate(deps.schema, document, rules, { maxErrors: LIMITS.errors });
        return found.length > 0 ? errors(found) : { ok: true, document };
      } catch (error) {
        return errors([error]);
      }
    },
    execute: async (args) => (await enveloped.execute(bounded(args))) as ExecutionResult,
    subscribe: async (args) =>
      endOnError(
        (await enveloped.subscribe(bounded(args))) as
          | AsyncIterableIterator<ExecutionResult>
          | ExecutionResult,
      ),
  };
}

/** Values of variables are looked at when the operation runs, and no more is said of them than of a document. */
const bounded = (args: OperationArgs): OperationArgs => ({
  ...args,
  options: { ...args.options, maxCoercionErrors: LIMITS.errors },
});

const plugins = (deps: EngineDeps, publish: PublishError): Plugin[] => [
  useEngine({ parse, validate, execute, subscribe }),
  useSchema(deps.schema),
  ...(deps.isUnderPressure ? [useAdmission(deps.isUnderPressure)] : []),
  useCurrentActor(publish),
  usePublicErrors(publish),
  ...(deps.observe ? [useObservation(deps.observe)] : []),
  ...(deps.tracing ?? []),
];

function createPublish({ isProduction, logger }: EngineDeps): PublishError {
  return (error, { correlation }) => {
    if (error instanceof GraphQLError && isPublic(error)) return error;
    const { fault, cause } = classify(error);
    if (cause !== undefined) {
      logger.error({ err: cause, correlationId: correlation.correlationId }, 'a GraphQL operation failed');
    }
    const message = isProduction ? withoutSuggestion(fault.message) : fault.message;
    return toGraphqlError(
      { ...fault, message },
      correlation,
      error instanceof GraphQLError ? error : undefined,
    );
  };
}

/** A suggestion is the last sentence. What comes before it may repeat a value that looks like many of them. */
function withoutSuggestion(message: string): string {
  const start = message.lastIndexOf(' Did you mean ');
  return start >= 0 && message.endsWith('?') ? message.slice(0, start) : message;
}
