import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEdge, type TestEdge } from '../../support/test-edge.js';

let edge: TestEdge;
let asked = 0;

beforeAll(async () => {
  edge = await startTestEdge((app) => {
    app.get('/never', () => {
      asked += 1;
      return new Promise(() => undefined);
    });
    app.get('/failing', (_request, reply) => {
      const body = new PassThrough();
      body.write('a beginning');
      setTimeout(() => body.destroy(new Error('the disk is gone')), 20);
      return reply.send(body);
    });
    app.get('/parts/:token', () => 'no content');
    app.get('/begun', (_request, reply) => {
      const body = new PassThrough();
      body.write('a beginning');
      return reply.send(body);
    });
  });
});
afterAll(() => edge.close());

const request = (path: string, id: string): string =>
  `GET ${path} HTTP/1.1\r\nhost: a\r\nx-request-id: ${id}\r\n\r\n`;

async function send(bytes: string): Promise<Socket> {
  const socket = connect(edge.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** What the log says of a request, in lines of its own. */
const linesOf = (id: string): unknown[] =>
  edge.lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['correlationId'] === id && line['msg'] === 'request')
    .map(({ route, status, cutOff }) => ({ route, status, cutOff }));

async function countOf(route: string, status: string): Promise<number> {
  const text = await edge.metrics.registry.metrics();
  const series = `lazaret_http_request_duration_seconds_count{method="GET",route="${route}",status="${status}"} `;
  const line = text.split('\n').find((one) => one.startsWith(series));
  return Number(line?.slice(series.length) ?? 0);
}

const inFlight = async (): Promise<number | undefined> =>
  (await edge.metrics.httpInFlight.get()).values[0]?.value;

describe('every request is logged and counted once', () => {
  it('when its client goes before the answer', async () => {
    const socket = await send(request('/never', 'gone-early'));
    await expect.poll(() => asked).toBe(1);
    socket.resetAndDestroy();
    await expect
      .poll(() => linesOf('gone-early'))
      .toEqual([{ route: '/never', status: '499', cutOff: true }]);
    expect(await countOf('/never', '499')).toBe(1);
    expect(await inFlight()).toBe(0);
  });

  it('when its client goes in the middle of the answer', async () => {
    const socket = await send(request('/begun', 'gone-late'));
    await once(socket, 'data');
    socket.resetAndDestroy();
    await expect.poll(() => linesOf('gone-late')).toEqual([{ route: '/begun', status: '200', cutOff: true }]);
    expect(await countOf('/begun', '200')).toBe(1);
  });

  it('when we cannot finish the answer, with the cause', async () => {
    const answer = await fetch(`${edge.url}/failing`, { headers: { 'x-request-id': 'failing' } });
    await expect(answer.text()).rejects.toThrow();
    await expect.poll(() => linesOf('failing')).toEqual([{ route: '/failing', status: '200', cutOff: true }]);
    const told = edge.lines.filter((line) => line.includes('the disk is gone'));
    expect(told.length).toBe(1);
    expect(told[0]).toContain('"correlationId":"failing"');
    expect(edge.lines.filter((line) => line.includes('an answer broke off'))).toEqual(told);
  });

  it('when it is answered', async () => {
    const headers = { 'x-request-id': 'answered' };
    await (await fetch(`${edge.url}/livez`, { headers })).text();
    await expect.poll(() => linesOf('answered')).toEqual([{ route: '/livez', status: '200' }]);
    expect(await countOf('/livez', '200')).toBe(1);
  });

  it('under the same name of its route, which tells of no right', async () => {
    await (await fetch(`${edge.url}/parts/a-right`, { headers: { 'x-request-id': 'routed' } })).text();
    await expect.poll(() => linesOf('routed')).toEqual([{ route: '/parts/:token', status: '200' }]);
    expect(await countOf('/parts/:token', '200')).toBe(1);
    expect(edge.lines.join('')).not.toContain('a-right');
  });

  it('when its URL is malformed, so that no hook runs', async () => {
    const answer = await fetch(`${edge.url}/%zz`, { headers: { 'x-request-id': 'malformed' } });
    expect(answer.headers.get('x-request-id')).toBe('malformed');
    await expect.poll(() => linesOf('malformed')).toEqual([{ route: 'unmatched', status: '400' }]);
    expect(await countOf('unmatched', '400')).toBe(1);
  });

  it('when it waited behind another one that was never answered', async () => {
    const before = asked;
    const socket = await send(`${request('/never', 'first')}${request('/livez', 'second')}`);
    await expect.poll(() => asked).toBe(before + 1);
    await expect.poll(() => inFlight()).toBe(2);
    socket.resetAndDestroy();
    await expect.poll(() => inFlight()).toBe(0);
    expect([linesOf('first').length, linesOf('second').length]).toEqual([1, 1]);
  });
});
