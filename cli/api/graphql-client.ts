import type { AccessToken } from './access-token.js';
import { ApiError, errorOfConnection, errorOfGraphQL, errorOfResponse } from './api-error.js';
import type { Operation } from './operations.js';
import { createRetry } from './retry.js';

/** Sends queries and mutations. */
export interface GraphQLClient {
  /** Tries again where that makes sense: so mutations must carry an idempotency key or be idempotent. */
  request<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Data>;
  /** Tries once. */
  requestOnce<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Data>;
}

/** Longest wait for an answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;

/** GraphQL over HTTP as one POST for each operation. */
export function createGraphQLClient(url: string, token: AccessToken): GraphQLClient {
  const retry = createRetry();

  const requestOnce: GraphQLClient['requestOnce'] = async (operation, variables, signal) => {
    try {
      return await post(url, await token.get(), operation, variables, signal);
    } catch (error) {
      const isRefused = error instanceof ApiError && error.detail.code === 'UNAUTHENTICATED';
      if (!isRefused || !token.renew()) throw error;
      return post(url, await token.get(), operation, variables, signal);
    }
  };

  return {
    requestOnce,
    request: (operation, variables, signal) =>
      retry.execute(() => requestOnce(operation, variables, signal), signal),
  };
}

async function post<Data, Variables>(
  url: string,
  token: string,
  { query }: Operation<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
      },
      body: JSON.stringify({ query, variables }),
    });
    if (!response.ok) throw await errorOfResponse(response);
    return readAnswer((await response.json()) as Answer<Data>);
  } catch (error) {
    throw errorOfConnection(error, url);
  }
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, never> }[];
}

function readAnswer<Data>({ data, errors }: Answer<Data>): Data {
  const [first] = errors ?? [];
  if (first !== undefined) throw errorOfGraphQL(first);
  if (data === undefined || data === null) {
    throw new ApiError('The answer holds no data.', { code: 'BAD_ANSWER', retryable: false });
  }
  return data;
}
