import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ok } from '../../../src/domain/result.js';
import { makeFile } from '../../support/make-file.js';
import { makeEvent } from '../../support/fake-use-cases.js';
import { openWs, type WsClient } from '../../support/open-ws.js';
import { startGraphqlServer, type GraphqlServer } from '../../support/start-graphql-server.js';

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer();
});
afterAll(() => server.close());

const watch = (id: string) => ({
  id,
  type: 'subscribe',
  payload: { query: 'subscription { fileEvents { cursor } }' },
});

async function connect({ wsUrl } = server): Promise<WsClient> {
  const client = await openWs(wsUrl);
  client.send({ type: 'connection_init', payload: { authorization: 'Bearer acme-viewer' } });
  expect(await client.next()).toEqual({ type: 'connection_ack' });
  return client;
}

const readersBecome = (count: number): Promise<void> =>
  vi.waitFor(() => {
    expect(server.useCases.events.readers).toBe(count);
  });

it.each([
  ['short', 'a', 'Subscriber for a already exists'],
  ['too long to be repeated', 'a'.repeat(300), 'The request was refused'],
])('two operations of one id never run at once, which is %s', async (_what, id, reason) => {
  const client = await connect();
  client.send(watch(id));
  await readersBecome(1);
  client.send({ id, type: 'complete' });
  client.send(watch(id));
  expect(await client.closed).toEqual({ code: 4409, reason });
  await readersBecome(0);
});

it('an id may be used again once its operation has ended', async () => {
  const client = await connect();
  for (let round = 0; round < 2; round += 1) {
    client.send(watch('b'));
    await readersBecome(1);
    server.useCases.events.push(makeEvent(round));
    expect(await client.next()).toMatchObject({ id: 'b', type: 'next' });
    client.send({ id: 'b', type: 'complete' });
    await readersBecome(0);
  }
  await client.close();
});

it('no source outlives its connection, also when it was opened while the one before ended', async () => {
  const client = await connect();
  client.send(watch('c'));
  await readersBecome(1);
  client.send({ id: 'c', type: 'complete' });
  client.send(watch('c'));
  client.socket.terminate();
  await client.closed;
  await readersBecome(0);
});

it('an answer may be longer than what may wait for a slow client', async () => {
  const parts = Array.from({ length: 10_000 }, (_, index) => ({
    partNumber: index + 1,
    sizeBytes: 5_242_880,
    etag: 'e'.repeat(64),
    sha256: 'a'.repeat(64),
  }));
  const status = {
    receivedBytes: 0,
    mode: 'PROXIED',
    partSizeBytes: 5_242_880,
    partCount: parts.length,
  } as const;
  const uploadStatus = () =>
    Promise.resolve(ok({ ...status, parts, missingPartNumbers: [], expiresAt: null }));
  const long = await startGraphqlServer({ useCases: { uploadStatus } });
  const client = await connect(long);
  const query = `{ file(id: "${makeFile().id}") { upload { parts { partNumber sizeBytes etag sha256 } } } }`;
  client.send({ id: 'd', type: 'subscribe', payload: { query } });
  const answer = await client.next();
  expect(JSON.stringify(answer).length).toBeGreaterThan(1024 * 1024);
  expect(answer).toMatchObject({ id: 'd', type: 'next' });
  await client.close();
  await long.close();
});
