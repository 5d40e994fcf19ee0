import { clientCredentials, createUploadClient, type UploadClient } from '../client/src/node.js';
import type { Options } from './options.js';

/** The connection of one run of the command. */
export type Session = UploadClient<string | Blob>;

/** Opens a session; nothing is sent yet. */
export function createSession({ url, client: clientId, secret, token, live, parallel }: Options): Session {
  const credentials = { tokenUrl: `${url}/oauth/token`, clientId, clientSecret: secret };
  const getToken = token === undefined ? clientCredentials(credentials) : () => token;
  return createUploadClient({ url, getToken, live, maxParallel: parallel });
}
