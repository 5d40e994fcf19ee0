import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWs } from '../../support/open-ws.js';
import { startGraphqlServer, type GraphqlServer } from '../../support/start-graphql-server.js';

const CREATE = 'mutation { createUpload(input: { name: "a", sizeBytes: 1 }) { file { id } } }';
/** How old permissions may be. */
const STALE_MS = 1_100;

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer();
});
afterAll(() => server.close());

it.each([
  ['has lost a role', ['file:read'], 'FORBIDDEN'],
  ['is disabled', null, 'UNAUTHENTICATED'],
] as const)('a mutation over a websocket is refused once its user %s', async (_what, permissions, code) => {
  server.identities.setPermissions('uploader', ['file:upload']);
  const client = await openWs(server.wsUrl);
  client.send({ type: 'connection_init', payload: { authorization: 'Bearer acme-uploader' } });
  expect(await client.next()).toEqual({ type: 'connection_ack' });
  server.identities.setPermissions('uploader', permissions);
  await new Promise((resolve) => setTimeout(resolve, STALE_MS));
  client.send({ id: 'm', type: 'subscribe', payload: { query: CREATE } });
  expect(await client.next()).toMatchObject({ id: 'm', payload: { errors: [{ extensions: { code } }] } });
  expect(server.useCases.calls).not.toContain('createUpload');
  await client.close();
});
