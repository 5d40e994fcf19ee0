import type { ApolloClient } from '@apollo/client';
import { CombinedGraphQLErrors, ServerError, ServerParseError } from '@apollo/client/errors';
import { Kind, OperationTypeNode, parse, visit, type DirectiveNode, type DocumentNode } from 'graphql';
import { errorOfAnswer, errorOfConnection, errorOfGraphQL } from '../api/error-of-answer.js';
import type { Operation, Transport } from '../api/transport.js';
import { badAnswer } from '../api/upload-error.js';

/**
 * Sends operations through an Apollo Client: its links authenticate and carry them, and its cache learns of
 * every file, so that lists on the same page follow an upload without asking.
 */
export function apolloTransport(client: ApolloClient): Transport {
  return {
    request: (operation, variables, signal) => request(client, operation, variables, signal),
    subscribe: (operation, variables, onItem, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          subscription.unsubscribe();
          reject(signal.reason as Error);
        };
        const settle = (error?: unknown): void => {
          signal.removeEventListener('abort', stop);
          if (error === undefined) resolve();
          else reject(errorOfApollo(error));
        };
        const options = { query: documentOf(operation), variables: toRecord(variables), ...THROWING };
        const subscription = client.subscribe(options).subscribe({
          next: ({ data, error }) => (error === undefined ? onItem(data as never) : settle(error)),
          error: settle,
          complete: settle,
        });
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      }),
    // The client belongs to the page.
    close: () => Promise.resolve(),
  };
}

/** Written out, because the page may have other defaults: then errors would come as answers without data. */
const THROWING = { errorPolicy: 'none' } as const;

async function request<Data, Variables>(
  client: ApolloClient,
  operation: Operation<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  const document = documentOf(operation);
  const context = { queryDeduplication: false, ...(signal && { fetchOptions: { signal } }) };
  const options = { variables: toRecord(variables), context, ...THROWING };
  try {
    const { data } = isMutation(document)
      ? await client.mutate({ mutation: document, ...options })
      : await client.query({ query: document, fetchPolicy: 'network-only', ...options });
    signal?.throwIfAborted();
    if (data === undefined || data === null) throw badAnswer('The answer holds no data.');
    return data as Data;
  } catch (error) {
    signal?.throwIfAborted();
    throw errorOfApollo(error);
  }
}

const toRecord = (variables: unknown): Record<string, unknown> => ({ ...(variables as object) });

const UNMASK: DirectiveNode = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'unmask' } };

/** Where a page masks data, what fragments hold is left out of answers: these are read here, whole. */
const unmasked = (document: DocumentNode): DocumentNode =>
  visit(document, {
    FragmentSpread: (spread) => ({ ...spread, directives: [...(spread.directives ?? []), UNMASK] }),
  });

const documents = new WeakMap<object, DocumentNode>();

function documentOf(operation: Operation<unknown, never>): DocumentNode {
  const known = documents.get(operation) ?? unmasked(parse(operation.toString()));
  documents.set(operation, known);
  return known;
}

const isMutation = ({ definitions }: DocumentNode): boolean =>
  definitions.some((node) => 'operation' in node && node.operation === OperationTypeNode.MUTATION);

function errorOfApollo(error: unknown): Error {
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors;
    return first === undefined ? badAnswer(error.message) : errorOfGraphQL(first);
  }
  if (ServerError.is(error) || ServerParseError.is(error)) {
    const { statusCode: status, bodyText: text, response } = error;
    return errorOfAnswer({ status, text, header: (name) => response.headers.get(name) });
  }
  // What is no error of ours afterwards is an abort.
  return errorOfConnection(error, 'the service') as Error;
}
