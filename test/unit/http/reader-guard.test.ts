import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestEdge, type TestEdge } from '../../support/test-edge.js';

const WINDOW_MS = 300;

describe('an answer', () => {
  let edge: TestEdge;
  let sent: Readable | undefined;
  beforeEach(async () => {
    edge = await startTestEdge(
      (app) => {
        app.get('/endless', (_request, reply) => {
          const body = new Readable({ read: () => void body.push(Buffer.alloc(65_536)) });
          sent = body;
          return reply.send(body);
        });
        app.get('/slow', (_request, reply) => reply.send(Readable.from(slowly())));
      },
      { minRateBytesPerSecond: 10_000, readerGuard: { windowMs: WINDOW_MS } },
    );
  });
  afterEach(() => edge.close());

  async function* slowly(): AsyncGenerator<string> {
    for (const word of ['a', 'b', 'c']) {
      await sleep(2 * WINDOW_MS);
      yield word;
    }
  }

  const ask = (path: string): Socket =>
    connect(edge.port, '127.0.0.1', function (this: Socket) {
      this.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
    });

  it('that nobody reads is cut off, and what it is read from is let go', async () => {
    const socket = ask('/endless').pause();
    await once(socket, 'connect');
    await expect.poll(() => sent?.destroyed).toBe(true);
    expect(edge.lines.join('')).toContain('an answer was read too slowly');
    socket.destroy();
  });

  it('that is read goes on for as long as it takes', async () => {
    const socket = ask('/endless').resume();
    await sleep(5 * WINDOW_MS);
    expect(sent?.destroyed).toBe(false);
    socket.destroy();
    await expect.poll(() => sent?.destroyed).toBe(true);
  });

  it('that waits for us is not cut off', async () => {
    expect(await (await fetch(`${edge.url}/slow`)).text()).toBe('abc');
  });
});
