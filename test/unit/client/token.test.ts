import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { graphqlRequest } from '../../../client/src/api/graphql-request.js';
import { ViewerDocument } from '../../../client/src/generated/graphql.js';

let server: Server;
let url: string;
const seen: (string | undefined)[] = [];

beforeEach(async () => {
  seen.length = 0;
  server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    const isGood = request.headers.authorization === 'Bearer good';
    const refusal = { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] };
    response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isGood ? { data: { viewer: {} } } : refusal));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

it('asks once for another token when one is refused, and says why', async () => {
  const getToken = ({ isRefused }: { isRefused: boolean }): string => (isRefused ? 'good' : 'old');
  expect(await graphqlRequest({ url, getToken }, ViewerDocument, {})).toEqual({ viewer: {} });
  expect(seen).toEqual(['Bearer old', 'Bearer good']);
});

it('gives up when the other token is refused as well', async () => {
  const answer = graphqlRequest({ url, getToken: () => 'bad' }, ViewerDocument, {});
  await expect(answer).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
  expect(seen).toHaveLength(2);
});
