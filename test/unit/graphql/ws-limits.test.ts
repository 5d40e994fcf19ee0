import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWs, type WsClient } from '../../support/open-ws.js';
import { startGraphqlServer, type GraphqlServer } from '../../support/start-graphql-server.js';

const REQUESTS = 4;

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer({ subjectLimit: { requests: REQUESTS, windowMs: 60_000 } });
});
afterAll(() => server.close());

async function connect(user: string): Promise<WsClient> {
  const client = await openWs(server.wsUrl);
  client.send({ type: 'connection_init', payload: { authorization: `Bearer ${user}` } });
  expect(await client.next()).toEqual({ type: 'connection_ack' });
  return client;
}

it('a user is counted in all connections together, and one operation too many is refused alone', async () => {
  const first = await connect('acme-viewer');
  const second = await connect('acme-viewer');
  const ask = (client: WsClient, id: string, query = '{ viewer { subject } }'): Promise<unknown> => {
    client.send({ id, type: 'subscribe', payload: { query } });
    return client.next();
  };
  // The two connections were counted as well.
  for (const [client, id] of [
    [first, 'a'],
    [second, 'b'],
  ] as const) {
    expect(await ask(client, id)).toMatchObject({ id, type: 'next', payload: { data: {} } });
    expect(await client.next()).toEqual({ id, type: 'complete' });
  }
  const extensions = { code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) as number };
  for (const query of ['{ viewer { subject } }', 'subscription { fileEvents { cursor } }', 'no document']) {
    expect(await ask(first, query.slice(0, 9), query)).toMatchObject({
      type: 'error',
      payload: [{ extensions }],
    });
  }
  expect((await server.post('{ viewer { subject } }', { token: 'acme-viewer' })).errors).toMatchObject([
    { extensions },
  ]);
  const other = await connect('acme-admin');
  expect(await ask(other, 'c')).toMatchObject({ id: 'c', type: 'next', payload: { data: {} } });
  await Promise.all([first, second, other].map((client) => client.close()));
});
