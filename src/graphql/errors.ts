import { GraphQLError } from 'graphql';
import type { Correlation } from '../domain/actor.js';
import {
  ERRORS,
  FaultError,
  faultOfOutage,
  TransientError,
  type Fault,
  type Outcome,
} from '../domain/errors.js';
import { fieldOfError } from './field-of-error.js';

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
      ...(fault.dimension !== undefined && { dimension: fault.dimension.toUpperCase() }),
    },
  });
}

/** What an error comes to, by the one table. */
export interface Classified {
  readonly fault: Fault;
  /** Set when nobody but us can mend it, for the log. */
  readonly cause?: unknown;
}

/**
 * Sorts whatever went wrong in an operation. What is neither a fault nor a mistake in the request is
 * INTERNAL or DEPENDENCY_UNAVAILABLE, and nothing of it is told.
 */
export function classify(error: unknown): Classified {
  const root = rootOf(error);
  if (root instanceof FaultError) return { fault: root.fault };
  if (root instanceof TransientError) return { fault: faultOfOutage(root), cause: root };
  if (error instanceof GraphQLError && root instanceof GraphQLError && isRequestError(error, root)) {
    return { fault: requestFault(error) };
  }
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
const isRequestError = (error: GraphQLError, root: GraphQLError): boolean =>
  error.path === undefined || root.nodes !== undefined;

/** The outermost error knows most of where in the request it belongs. */
function requestFault(error: GraphQLError): Fault {
  const message = shorten(error.message);
  const field = fieldOfError(error, message);
  return { code: 'BAD_USER_INPUT', message, ...(field !== undefined && { field }) };
}

const MAX_MESSAGE_CHARS = 1_000;

/** The engine repeats values as they came, which may be as long as the whole request, in each of its complaints. */
function shorten(message: string): string {
  if (message.length <= MAX_MESSAGE_CHARS) return message;
  const half = MAX_MESSAGE_CHARS / 2;
  return `${message.slice(0, half)} ... ${message.slice(-half)}`;
}
