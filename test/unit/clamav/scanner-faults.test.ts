import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { TransientError } from '../../../src/domain/errors.js';
import { makeScanner, scanChunks } from '../../support/make-scanner.js';
import { startMockClamd, versionOf, type MockBehaviour, type MockClamd } from '../../support/mock-clamd.js';

const MIB = 1024 * 1024;
const started: MockClamd[] = [];

async function start(behaviour: MockBehaviour = {}): Promise<MockClamd> {
  const mock = await startMockClamd(behaviour);
  started.push(mock);
  return mock;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((mock) => mock.stop()));
});

/** One byte in 20 ms: each is in time, and together they never come to an end. */
async function dribble(socket: Socket, text: string): Promise<void> {
  for (let at = 0; !socket.destroyed; at += 1) {
    socket.write(text.charAt(at) || 'x');
    await setTimeout(20);
  }
}

const chunksOf = (total: number, size: number): Uint8Array[] =>
  Array.from({ length: total / size }, () => new Uint8Array(size));

describe('a clamd that misbehaves never makes a file clean', () => {
  const faults: Record<string, MockBehaviour> = {
    'accepts and says nothing': { onConnect: (socket) => socket.resume() },
    'closes at once': { onConnect: (socket) => socket.destroy() },
    'greets with garbage': { onConnect: (socket) => socket.write('220 mail.example ESMTP\r\n\0') },
    'says OK to everything at once': { onConnect: (socket) => socket.write('stream: OK\0stream: OK\0') },
    'talks without an end': { onConnect: (socket) => socket.write('x'.repeat(1_000_000)) },
    'never replies to the stream': { reply: null },
    'replies with nothing': { reply: '\0' },
    'replies with half a reply': { reply: 'stream: O' },
    'replies without its terminator': { reply: 'stream: OK' },
    'replies with a line end instead': { reply: 'stream: OK\n' },
    'replies as in a session': { reply: '1: stream: OK\0' },
    'replies, and begins again': { reply: 'stream: OK\0stream: OK' },
    'replies twice': { reply: 'stream: OK\x00stream: OK\0' },
    'replies with two opinions': { reply: 'stream: OK\x00stream: Eicar FOUND\0' },
    'adds bytes to its reply': { reply: 'stream: OK\0junk' },
    'replies with an error': { reply: "Can't allocate memory ERROR\0" },
    'closes in the middle of the stream': {
      onStream: (socket, bytes) => {
        if (bytes > MIB) socket.destroy();
      },
    },
    'ends politely in the middle of the stream': {
      onStream: (socket, bytes) => {
        if (bytes > MIB) socket.end();
      },
    },
    'judges before the end of the stream': {
      onStream: (socket, bytes) => {
        if (bytes > MIB) socket.write('stream: OK\0');
      },
    },
    'stops reading': { onStream: (socket) => void socket.pause() },
    'replies byte by byte and never ends': { onReply: (socket) => void dribble(socket, 'stream: OK') },
    'replies for another stream': { reply: 'stdin: OK\0' },
    'replies with the number of another command': { reply: '2: stream: OK\0' },
    'floods after its reply': { onReply: (socket) => void socket.end(`stream: OK\0${'x'.repeat(4 * MIB)}`) },
    'floods instead of a reply': { onReply: (socket) => void socket.write('y'.repeat(64 * MIB)) },
    'changes its definitions meanwhile': { versionAfter: versionOf(0, 27_401) },
    'becomes another engine meanwhile': { versionAfter: versionOf().replace('1.4.6', '1.4.7') },
    'does not say how old its definitions are': { version: 'ClamAV 1.4.6/27400/yesterday' },
  };

  it.each(Object.entries(faults))('%s', async (_, behaviour) => {
    const { address } = await start(behaviour);
    const scan = scanChunks(makeScanner([address]), chunksOf(16 * MIB, MIB));
    await expect(scan).rejects.toSatisfy(
      (error) => error instanceof TransientError && error.dependency === 'scanner',
    );
  });
});

describe('the scanner', () => {
  it('takes a good reply of a good clamd', async () => {
    const mock = await start();
    expect(await scanChunks(makeScanner([mock.address]), chunksOf(MIB, 1024))).toEqual({ kind: 'ok' });
    // 1,024 small pieces travel in two chunks, each with a header, and an end.
    expect(mock.receivedBytes()).toBe(MIB + 3 * 4);
  });

  it('understands a good reply that comes in pieces', async () => {
    const { address } = await start({
      onReply: (socket) => {
        void (async () => {
          for (const piece of ['str', 'eam: ', 'OK', '\0']) {
            socket.write(piece);
            await setTimeout(10);
          }
          socket.end();
        })();
      },
    });
    expect(await scanChunks(makeScanner([address]), [new Uint8Array(10)])).toEqual({ kind: 'ok' });
  });

  it('hears that a stream is too long although clamd has closed it', async () => {
    const { address } = await start({
      onStream: (socket, bytes) => {
        if (bytes > MIB) socket.end('INSTREAM size limit exceeded. ERROR\0');
      },
    });
    const reply = await scanChunks(makeScanner([address]), chunksOf(16 * MIB, MIB));
    expect(reply.kind).toBe('limit');
  });

  it('holds no more than a chunk while clamd does not read, and gives up in time', async () => {
    const mock = await start({ onStream: (socket) => void socket.pause() });
    const session = await makeScanner([mock.address], { writeTimeoutMs: 1_000 }).begin();
    const chunk = new Uint8Array(MIB);
    const before = process.memoryUsage();
    let writtenBytes = 0;
    const begunAt = performance.now();
    const stalled = (async (): Promise<void> => {
      for (; writtenBytes < 400 * MIB; writtenBytes += MIB) await session.write(chunk);
    })();
    await expect(stalled).rejects.toThrow('takes no more bytes');
    expect(performance.now() - begunAt).toBeLessThan(5_000);
    // What the kernel keeps for both ends of a connection on one machine is all that is accepted.
    expect(writtenBytes).toBeLessThan(32 * MIB);
    expect(mock.receivedBytes()).toBeLessThan(32 * MIB);
    const after = process.memoryUsage();
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(
      32 * MIB,
    );
  });

  it('asks another clamd when one accepts but is silent', async () => {
    const silent = await start({ onConnect: (socket) => socket.resume() });
    const alive = await start();
    expect(await scanChunks(makeScanner([silent.address, alive.address]), [])).toEqual({ kind: 'ok' });
  });

  it('ends at once when it is given up, and blames nobody', async () => {
    const { address } = await start({ reply: null });
    const failures: unknown[] = [];
    const scanner = makeScanner(
      [address],
      { replyTimeoutMs: 60_000 },
      { onFailure: (_, error) => failures.push(error) },
    );
    const session = await scanner.begin();
    const finish = session.finish();
    session.abort();
    await expect(finish).rejects.toThrow(TransientError);
    const stop = new AbortController();
    const stopped = (await scanner.begin(stop.signal)).finish();
    stop.abort();
    await expect(stopped).rejects.toThrow(TransientError);
    await expect(scanner.begin(stop.signal)).rejects.toThrow(TransientError);
    expect(failures).toEqual([]);
  });
});
