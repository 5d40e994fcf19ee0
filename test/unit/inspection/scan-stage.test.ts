import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { ScanReply } from '../../../src/domain/verdict.js';
import type { Scanner } from '../../../src/ports/scanner.js';
import { openScanStage } from '../../../src/usecases/inspection/scan-stage.js';
import { segmentsOf } from '../../../src/usecases/inspection/segments.js';
import { rawAr } from '../../support/hostile/raw-ar.js';
import { createFakeScanner } from '../../support/memory-inspection.js';

const running = new AbortController().signal;

/** A scanner that keeps what each session was given. */
function recorder(maxStreamBytes: number, replyTo: (bytes: Buffer, index: number) => ScanReply | Error) {
  const sessions: { bytes: Buffer; isOver: boolean; isAborted: boolean }[] = [];
  const versions: string[] = [];
  const engines: string[] = [];
  const scanner: Scanner = {
    ...createFakeScanner(),
    maxStreamBytes,
    begin: () => {
      const index = sessions.length;
      const own = { bytes: Buffer.alloc(0), isOver: false, isAborted: false };
      sessions.push(own);
      return Promise.resolve({
        engine: engines[index] ?? 'Fake 1.0',
        definitionsVersion: versions[index] ?? '42',
        write: (chunk: Uint8Array) => {
          own.bytes = Buffer.concat([own.bytes, chunk]);
          return Promise.resolve();
        },
        finish: () => {
          own.isOver = true;
          const reply = replyTo(own.bytes, index);
          return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
        },
        abort: () => void (own.isAborted = true),
      });
    },
  };
  return { scanner, sessions, versions, engines };
}

const OK = (): ScanReply => ({ kind: 'ok' });

async function scan(scanner: Scanner, bytes: Buffer, chunkBytes = 7) {
  const stage = await openScanStage(scanner, bytes.length, running);
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      await stage.push(bytes.subarray(at, at + chunkBytes));
    }
    await stage.end();
  } catch (error) {
    await stage.abort?.(new Error('over'));
    throw error;
  }
  return stage;
}

describe('segments', () => {
  it('cover every byte, are never too long, and share a quarter with the next one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 4, max: 400 }), (size, ceiling) => {
        const segments = segmentsOf(size, ceiling);
        expect([segments[0]?.start, segments.at(-1)?.end]).toEqual([0, size]);
        for (const [index, { start, end }] of segments.entries()) {
          expect(end - start).toBeLessThanOrEqual(ceiling);
          const next = segments[index + 1];
          if (next) expect(end - next.start).toBe(Math.floor(ceiling / 4));
          if (next) expect(next.end).toBeGreaterThan(end);
        }
      }),
    );
  });
});

describe('a scan', () => {
  it('is one stream when the scanner takes it whole', async () => {
    const bytes = randomBytes(100);
    const { scanner, sessions } = recorder(100, OK);
    const stage = await scan(scanner, bytes);
    expect(sessions.map((one) => one.bytes)).toEqual([bytes]);
    expect([stage.isSegmented, stage.scannedBytes(), stage.reply()]).toEqual([false, 100, { kind: 'ok' }]);
  });

  it('in segments gives each session exactly its bytes, however the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 41, max: 300 }),
        fc.integer({ min: 1, max: 120 }),
        async (size, chunk) => {
          const bytes = randomBytes(size);
          const { scanner, sessions } = recorder(40, OK);
          const stage = await scan(scanner, bytes, chunk);
          const expected = segmentsOf(size, 40).map(({ start, end }) => bytes.subarray(start, end));
          expect(sessions.map((one) => one.bytes)).toEqual(expected);
          expect(sessions.every(({ isOver, isAborted }) => isOver && !isAborted)).toBe(true);
          expect([stage.isSegmented, stage.scannedBytes(), stage.reply()]).toEqual([
            true,
            size,
            { kind: 'ok' },
          ]);
        },
      ),
    );
  });

  it('in segments finds what lies across a cut, and says the worst of what was said', async () => {
    const bytes = Buffer.concat([Buffer.alloc(36), Buffer.from('MARK'), Buffer.alloc(100)]);
    const { scanner } = recorder(40, (seen, index) => {
      if (seen.includes('MARK')) return { kind: 'found', signature: 'Mark' };
      return index === 0 ? { kind: 'limit', detail: 'x' } : { kind: 'ok' };
    });
    const across = Buffer.concat([Buffer.alloc(38), Buffer.from('MARK'), Buffer.alloc(100)]);
    for (const one of [bytes, across]) {
      expect((await scan(scanner, one)).reply()).toEqual({ kind: 'found', signature: 'Mark' });
    }
    const { scanner: limited } = recorder(40, (_, index) =>
      index === 2 ? { kind: 'limit', detail: 'x' } : { kind: 'ok' },
    );
    expect((await scan(limited, Buffer.alloc(200))).reply().kind).toBe('limit');
  });

  it('in segments sends the next one while one is judged, lets none wait for another, and gives up both', async () => {
    const { scanner, sessions } = recorder(40, OK);
    const gate = Promise.withResolvers<ScanReply>();
    const begin: Scanner['begin'] = async (signal) => {
      const session = await scanner.begin(signal);
      return sessions.length === 1 ? { ...session, finish: () => gate.promise } : session;
    };
    const stage = await openScanStage({ ...scanner, begin }, 100, running);
    // The second segment is from 30 to 70, and the third one from 60 on.
    await stage.push(Buffer.alloc(65));
    expect(sessions.map(({ bytes }) => bytes.length)).toEqual([40, 35]);
    expect(() => stage.reply()).toThrow('has not replied');
    const pushing = Promise.resolve(stage.push(Buffer.alloc(10)));
    await stage.abort?.(new Error('over'));
    expect(sessions.map(({ bytes, isAborted }) => [bytes.length, isAborted])).toEqual([
      [40, true],
      [40, true],
    ]);
    gate.reject(new Error('given up'));
    await expect(pushing).rejects.toThrow('given up');
  });

  it('in segments is nothing when one of them has no reply, or other definitions', async () => {
    const silent = recorder(40, (_, index) => (index === 1 ? new Error('silence') : { kind: 'ok' }));
    await expect(scan(silent.scanner, Buffer.alloc(200))).rejects.toThrow('silence');
    const changing = recorder(40, OK);
    changing.versions.push('42', '43');
    await expect(scan(changing.scanner, Buffer.alloc(200))).rejects.toThrow('definitions changed');
    expect(changing.sessions.filter(({ isOver, isAborted }) => !isOver && !isAborted)).toEqual([]);
    const upgraded = recorder(40, OK);
    upgraded.engines.push('Fake 1.0', 'Fake 1.1');
    await expect(scan(upgraded.scanner, Buffer.alloc(200))).rejects.toThrow('definitions changed');
    expect(upgraded.sessions.map(({ isAborted }) => isAborted)).toEqual([true, true]);
    const short = recorder(40, OK);
    const stage = await openScanStage(short.scanner, 200, running);
    await stage.push(Buffer.alloc(100));
    await expect(async () => stage.end()).rejects.toThrow('Not every segment');
    expect(() => stage.reply()).toThrow('has not replied');
  });

  const ARCHIVE = rawAr(['text', 'MARK'].map((content) => ({ name: 'a', content: Buffer.from(content) })));

  it('of an archive of ar is also over each member by itself', async () => {
    const isMark = (seen: Buffer): boolean => seen.equals(Buffer.from('MARK'));
    const { scanner, sessions } = recorder(1_000, (seen) =>
      isMark(seen) ? { kind: 'found', signature: 'Mark' } : { kind: 'ok' },
    );
    const stage = await scan(scanner, ARCHIVE);
    expect(sessions.map(({ bytes }) => bytes)).toEqual([ARCHIVE, Buffer.from('text'), Buffer.from('MARK')]);
    expect(stage.reply()).toEqual({ kind: 'found', signature: 'Mark' });
    const cut = await scan(recorder(1_000, OK).scanner, ARCHIVE.subarray(0, -1));
    expect(cut.reply()).toMatchObject({ kind: 'limit' });
  });

  it.each([
    ['segment', 40, Buffer.alloc(200)],
    ['member', 1_000, ARCHIVE],
  ])(
    'that is given up ends its sessions, also that of a %s which is only being opened',
    async (_, most, bytes) => {
      const { scanner, sessions } = recorder(most, OK);
      const gate = Promise.withResolvers<undefined>();
      const begin: Scanner['begin'] = async (signal) => {
        const session = await scanner.begin(signal);
        if (sessions.length > 1) await gate.promise;
        return session;
      };
      const stage = await openScanStage({ ...scanner, begin }, bytes.length, running);
      const pushing = Promise.resolve(stage.push(bytes)).catch(() => undefined);
      await vi.waitFor(() => expect(sessions).toHaveLength(2));
      await stage.abort?.(new Error('over'));
      gate.resolve(undefined);
      await pushing;
      expect(sessions.slice(0, 2).map(({ isAborted }) => isAborted)).toEqual([true, true]);
    },
  );
});
