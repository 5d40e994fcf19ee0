import { askForToken, type GetToken } from './access-token.js';
import { errorOfAnswer, errorOfConnection, errorOfGraphQL, type AnsweredError } from './error-of-answer.js';
import type { Operation } from './transport.js';
import { badAnswer, hasCode } from './upload-error.js';

/** What sending operations over HTTP needs. */
export interface RequestDeps {
  /** Of GraphQL over HTTP. */
  readonly url: string;
  readonly getToken: GetToken;
}

/** Longest wait for an answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;

/**
 * GraphQL over HTTP as one POST. A token that is refused is asked for anew, once.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export async function graphqlRequest<Data, Variables>(
  { url, getToken }: RequestDeps,
  operation: Operation<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  try {
    return await post(url, await askForToken(getToken, { isRefused: false }), operation, variables, signal);
  } catch (error) {
    if (!hasCode(error, 'UNAUTHENTICATED')) throw error;
    return post(url, await askForToken(getToken, { isRefused: true }), operation, variables, signal);
  }
}

async function post<Data, Variables>(
  url: string,
  token: string,
  operation: Operation<Data, Variables>,
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
      body: JSON.stringify({ query: operation.toString(), variables }),
    });
    const text = await response.text();
    if (response.ok) return readAnswer(text) as Data;
    throw errorOfAnswer({ status: response.status, header: (name) => response.headers.get(name), text });
  } catch (error) {
    signal?.throwIfAborted();
    throw errorOfConnection(error, url);
  }
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly AnsweredError[];
}

function readAnswer(text: string): unknown {
  const { data, errors } = parseAnswer(text);
  const [first] = errors ?? [];
  if (first !== undefined) throw errorOfGraphQL(first);
  if (data === undefined || data === null) throw badAnswer('The answer holds no data.');
  return data;
}

function parseAnswer(text: string): Answer {
  try {
    return (JSON.parse(text) ?? {}) as Answer;
  } catch {
    throw badAnswer('The answer is not JSON: does the address lead to the service?');
  }
}
