import { GraphQLError } from 'graphql';
import type { Correlation } from '../domain/actor.js';
import { ERRORS, FaultError, TransientError, type Fault, type Outcome } from '../domain/errors.js';

/** The value of a success; a fault becomes an exception, which is all that GraphQL knows. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new FaultError(outcome.fault);
  return outcome.value;
}

/** A fault as clients see it. */
export function toGraphqlError(
  fault: Fault,
  { correlationId }: Correlation,
  origin?: GraphQLError,
): GraphQLError {
  const { category, retryable } = ERRORS[fault.code];
  return new GraphQLError(fault.message, {
    ...(origin?.path && { path: origin.path }),
    ...(origin?.nodes && { nodes: origin.nodes }),
    extensions: {
      code: fault.code,
      category,
      retryable,
      ...(fault.retryAfterMs !== undefined && { retryAfterMs: fault.retryAfterMs }),
      correlationId,
      ...(fault.field !== undefined && { field: fault.field }),
    },
  });
}

/** What an error comes to, by the one table; `isOurs` when nobody but us can mend it, so it is logged. */
export interface Classified {
  readonly fault: Fault;
  readonly cause?: unknown;
}

/**
 * Sorts whatever went wrong in an operation. What is neither a fault nor a mistake in the request is
 * INTERNAL or DEPENDENCY_UNAVAILABLE, and nothing of it is told.
 */
export function classify(error: unknown): Classified {
  const root = rootOf(error);
  if (root instanceof FaultError) return { fault: root.fault };
  if (root instanceof TransientError) return { fault: publicFault('DEPENDENCY_UNAVAILABLE'), cause: root };
  if (root instanceof GraphQLError && isRequestError(error, root)) return { fault: requestFault(root) };
  return { fault: publicFault('INTERNAL'), cause: root };
}

/** Whether an error has been through {@link toGraphqlError} already. */
export const isPublic = (error: GraphQLError): boolean =>
  typeof error.extensions['correlationId'] === 'string' && typeof error.extensions['code'] === 'string';

const publicFault = (code: keyof typeof ERRORS): Fault => ({ code, message: ERRORS[code].message });

function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}

/** An error of the engine without a node comes from a value that we return, not from the request. */
const isRequestError = (error: unknown, root: GraphQLError): boolean =>
  !(error instanceof GraphQLError && error.path !== undefined && root.nodes === undefined && error !== root);

const AT_PATH = /^Variable "\$(\w+)" got invalid value .* at "\1\.([^"]+)"/s;
const AT_VARIABLE = /^Variable "\$(\w+)"/;

function requestFault(root: GraphQLError): Fault {
  const field = AT_PATH.exec(root.message)?.[2] ?? AT_VARIABLE.exec(root.message)?.[1];
  const named = root.extensions['field'];
  return {
    code: 'BAD_USER_INPUT',
    message: root.message,
    ...(typeof named === 'string' ? { field: named } : field === undefined ? {} : { field }),
  };
}
