import { Readable } from 'node:stream';
import NodeClam from 'clamscan';
import { afterEach, describe, expect, it } from 'vitest';
import { makeScanner, scanChunks } from '../../support/make-scanner.js';
import { startMockClamd, type MockBehaviour, type MockClamd } from '../../support/mock-clamd.js';

const MIB = 1024 * 1024;
const TIMEOUT_MS = 500;
const started: MockClamd[] = [];

async function start(behaviour: MockBehaviour): Promise<MockClamd> {
  const mock = await startMockClamd(behaviour);
  started.push(mock);
  return mock;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((mock) => mock.stop()));
});

async function scanWithClamscan(mock: MockClamd, body: Readable): Promise<unknown> {
  const { address } = mock;
  if (address.kind !== 'tcp') throw new Error('The mock listens on TCP.');
  const { host, port } = address;
  const clamdscan = { host, port, timeout: TIMEOUT_MS, bypassTest: true, localFallback: false };
  const scanner = await new NodeClam().init({ clamdscan, preference: 'clamdscan' });
  return scanner.scanStream(body);
}

const ofBytes = (total: number, onChunk: () => void = () => undefined): Readable =>
  Readable.from(
    (function* () {
      for (let sent = 0; sent < total; sent += MIB) {
        onChunk();
        yield new Uint8Array(MIB);
      }
    })(),
    { objectMode: false },
  );

describe('the package clamscan, which is not used for streams', () => {
  it.each([
    ['silence', { reply: null }],
    ['an empty reply', { reply: '\0' }],
  ] satisfies [string, MockBehaviour][])(
    'takes %s for a result that looks harmless; ours is an error',
    async (_, behaviour) => {
      const mock = await start(behaviour);
      const result = await scanWithClamscan(mock, ofBytes(MIB));
      expect(result).toMatchObject({ isInfected: null });
      await expect(scanChunks(makeScanner([mock.address]), [new Uint8Array(MIB)])).rejects.toThrow();
    },
  );

  it('takes in all there is while clamd does not read; ours stops', async () => {
    const mock = await start({ onStream: (socket) => socket.pause() });
    let taken = 0;
    // It never comes to an end by itself, however short its time-out is: only the end of the mock ends it.
    const hanging = scanWithClamscan(
      mock,
      ofBytes(128 * MIB, () => (taken += 1)),
    ).catch(() => undefined);
    await expect.poll(() => taken).toBe(128);
    expect(mock.receivedBytes()).toBeLessThan(32 * MIB);
    let takenByOurs = 0;
    const body = ofBytes(128 * MIB, () => (takenByOurs += 1)) as AsyncIterable<Uint8Array>;
    // The other one keeps this process busy: what is asked at first may take its time.
    const patient = { connectTimeoutMs: 20_000, replyTimeoutMs: 20_000 };
    const ours = makeScanner([mock.address], patient);
    await expect(scanChunks(ours, body)).rejects.toThrow('takes no more bytes');
    expect(takenByOurs).toBeLessThan(32);
    await mock.stop();
    await hanging;
  });
});
