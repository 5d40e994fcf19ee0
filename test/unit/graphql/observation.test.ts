import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OperationObservation } from '../../../src/graphql/use-observation.js';
import { openWs } from '../../support/open-ws.js';
import { startGraphqlServer, type GraphqlServer } from '../../support/start-graphql-server.js';

const observed: OperationObservation[] = [];

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer({ observe: (observation) => observed.push(observation) });
});
afterAll(() => server.close());

const failing = (): void => server.useCases.events.fail(new Error('broken'));
const ending = (): void => server.useCases.events.end();

it.each([
  ['failed', failing, 'INTERNAL'],
  ['came to its end', ending, 'ok'],
] as const)('a subscription whose source %s is counted once, as that', async (_what, stop, outcome) => {
  observed.length = 0;
  const client = await openWs(server.wsUrl);
  client.send({ type: 'connection_init', payload: { authorization: 'Bearer acme-viewer' } });
  expect(await client.next()).toEqual({ type: 'connection_ack' });
  client.send({ id: 's', type: 'subscribe', payload: { query: 'subscription { fileEvents { cursor } }' } });
  await vi.waitFor(() => {
    expect(server.useCases.events.readers).toBe(1);
  });
  stop();
  await client.next();
  await client.close();
  expect(observed).toMatchObject([{ type: 'subscription', transport: 'ws', outcome }]);
});
