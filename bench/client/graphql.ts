import { send } from './http.js';

const MARGIN_MS = 60_000;
let client = 'acme-admin';
let token: { readonly value: string; readonly endsAtMs: number } | undefined;

/** Whoever this process is from now on. @param as - client of the development issuer */
export function signInAs(as: string): void {
  client = as;
  token = undefined;
}

/** The token of the one user that this process is. */
export async function accessToken(url: string): Promise<string> {
  if (token && token.endsAtMs - Date.now() > MARGIN_MS) return token.value;
  const answer = await send(
    'POST',
    `${url}/oauth/token`,
    {
      authorization: `Basic ${Buffer.from(`${client}:${client}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    Buffer.from('grant_type=client_credentials'),
  );
  const body = JSON.parse(answer.text) as { access_token: string; expires_in: number };
  token = { value: body.access_token, endsAtMs: Date.now() + body.expires_in * 1000 };
  return token.value;
}

/** Runs an operation; any error of it ends the measurement. */
export async function execute<T>(url: string, query: string, variables: object): Promise<T> {
  const headers = {
    authorization: `Bearer ${await accessToken(url)}`,
    'content-type': 'application/json',
    accept: 'application/graphql-response+json',
  };
  const body = Buffer.from(JSON.stringify({ query, variables }));
  return dataOf((await send('POST', `${url}/graphql`, headers, body)).text) as T;
}

/** The data of an answer without errors. */
export function dataOf(text: string): unknown {
  const answer = JSON.parse(text) as { data?: unknown; errors?: unknown };
  if (answer.errors !== undefined || answer.data === undefined || answer.data === null) {
    throw new Error(`GraphQL refused: ${text}`);
  }
  return answer.data;
}
