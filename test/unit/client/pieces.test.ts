import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { errorOfAnswer, errorOfConnection } from '../../../client/src/api/error-of-answer.js';
import { withRetries, type Network } from '../../../client/src/api/retry.js';
import { UploadError } from '../../../client/src/api/upload-error.js';
import { createGate } from '../../../client/src/transfer/gate.js';
import { createPace } from '../../../client/src/transfer/pace.js';
import { inBatches, planParts } from '../../../client/src/transfer/part-plan.js';
import { choosePartSize } from '../../../client/src/transfer/part-size.js';
import { createUploadState } from '../../../client/src/upload-state.js';

const MIB = 1024 * 1024;

describe('the plan of parts', () => {
  it('covers every byte exactly once, whatever the sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 1, max: 500 }),
        (sizeBytes, part) => {
          const layout = { partSizeBytes: part, partCount: Math.ceil(sizeBytes / part) };
          const parts = planParts(sizeBytes, layout);
          expect(parts.map(({ start }) => start)).toEqual(
            [0, ...parts.map(({ end }) => end)].slice(0, parts.length),
          );
          expect(parts.at(-1)?.end ?? 0).toBe(sizeBytes);
          expect(parts.every(({ start, end }) => end - start <= part)).toBe(true);
          expect(inBatches(parts, part).flat()).toEqual(parts);
        },
      ),
    );
  });

  it('plans the named parts alone and refuses those outside the file', () => {
    const layout = { partSizeBytes: 10, partCount: 3 };
    expect(planParts(25, layout, [3])).toEqual([{ partNumber: 3, start: 20, end: 25 }]);
    expect(() => planParts(25, layout, [4])).toThrow(UploadError);
    expect(() => planParts(25, layout, [0])).toThrow(UploadError);
  });

  it('hashes no more than 64 MiB ahead, or one part', () => {
    const parts = planParts(2_000 * MIB, { partSizeBytes: 20 * MIB, partCount: 100 });
    expect(inBatches(parts, 20 * MIB).every((batch) => batch.length <= 3)).toBe(true);
    expect(inBatches(parts, 100 * MIB).every((batch) => batch.length === 1)).toBe(true);
  });

  it('chooses parts that stores accept, large where the connection is fast', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 42 }),
        fc.option(fc.integer({ min: 1, max: 2 ** 33 })),
        (size, rate) => {
          const part = choosePartSize(size, 5, rate ?? undefined);
          expect(part).toBeGreaterThanOrEqual(5 * MIB);
          expect(Math.ceil(size / part)).toBeLessThanOrEqual(10_000);
        },
      ),
    );
    expect(choosePartSize(2 ** 34, 5, 100 * MIB)).toBe(64 * MIB);
    expect(choosePartSize(2 ** 34, 5, 100_000)).toBe(5 * MIB);
    expect(choosePartSize(2 ** 34, 5)).toBe(8 * MIB);
  });
});

describe('the pace', () => {
  /** Sends parts over a line that carries so many bytes a second in all, and so many on one connection. */
  function run(all: number, each: number, parts: number): number {
    let atMs = 0;
    const pace = createPace({ maxParallel: 8, now: () => atMs });
    for (let sent = 0; sent < parts; sent += 1) {
      atMs += (1_000 * 1_000) / Math.min(all, each * pace.limit());
      pace.arrived(1_000);
    }
    return pace.limit();
  }

  it('takes as many connections as bring something', () => {
    expect(run(1_000_000, 1_000, 200)).toBeGreaterThanOrEqual(7);
    expect(run(3_000, 1_000, 200)).toBeLessThanOrEqual(4);
  });

  it('takes half as many when something breaks, and never none', () => {
    const pace = createPace({ maxParallel: 8, now: () => 0 });
    expect(pace.limit()).toBe(3);
    for (let broken = 0; broken < 5; broken += 1) pace.congested();
    expect(pace.limit()).toBe(1);
  });
});

describe('retries', () => {
  const online: Network = { isOnline: () => true, whenOnline: () => Promise.resolve() };
  const quick = { network: online, initialDelayMs: 1, maxDelayMs: 2 };
  const failing = (retryable: boolean, retryAfterMs?: number): UploadError =>
    new UploadError('no', { code: 'OVERLOADED', category: 'limit', retryable, retryAfterMs });

  it('try again while it may help, and not for ever', async () => {
    let calls = 0;
    const fail = (): Promise<never> => {
      calls += 1;
      return Promise.reject(failing(true));
    };
    await expect(withRetries({ ...quick, retries: 4 }, fail)).rejects.toThrow('no');
    expect(calls).toBe(5);
  });

  it('do not try again what cannot help', async () => {
    let calls = 0;
    const fail = (): Promise<never> => {
      calls += 1;
      return Promise.reject(failing(false));
    };
    await expect(withRetries(quick, fail)).rejects.toThrow('no');
    expect(calls).toBe(1);
  });

  it('wait as long as they are asked to, and end at once when they are stopped meanwhile', async () => {
    const began = performance.now();
    const once = (attempt: number): Promise<string> =>
      attempt === 1 ? Promise.reject(failing(true, 120)) : Promise.resolve('done');
    expect(await withRetries(quick, once)).toBe('done');
    expect(performance.now() - began).toBeGreaterThanOrEqual(119);

    const stop = new AbortController();
    const waiting = withRetries(quick, () => Promise.reject(failing(true, 60_000)), stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('count nothing while the device is offline', async () => {
    let isOnline = false;
    let waits = 0;
    const network: Network = {
      isOnline: () => isOnline,
      whenOnline: () => {
        waits += 1;
        isOnline = waits >= 3;
        return Promise.resolve();
      },
    };
    const attempt = (number: number): Promise<string> =>
      number <= 3 ? Promise.reject(failing(true)) : Promise.resolve('done');
    expect(await withRetries({ ...quick, network, retries: 1 }, attempt)).toBe('done');
    expect(waits).toBe(3);
  });
});

describe('errors', () => {
  const header =
    (headers: Record<string, string>) =>
    (name: string): string | null =>
      headers[name] ?? null;

  it('carry all that a problem of the service says', () => {
    const problem = {
      code: 'QUOTA_EXCEEDED',
      category: 'limit',
      retryable: false,
      correlationId: 'c-1',
      field: 'sizeBytes',
      detail: 'The quota is used up.',
    };
    const error = errorOfAnswer({ status: 403, header: header({}), text: JSON.stringify(problem) });
    expect(error).toBeInstanceOf(UploadError);
    const { detail, ...said } = problem;
    expect(error).toMatchObject({ ...said, message: detail });
  });

  it('are read from what proxies and stores say, with Retry-After as seconds or as a date', () => {
    const busy = errorOfAnswer({ status: 503, header: header({ 'retry-after': '7' }), text: '<html>' });
    expect(busy).toMatchObject({ code: 'HTTP_503', retryable: true, retryAfterMs: 7_000 });
    for (const first of ['busy', null, { message: 'busy' }]) {
      const text = JSON.stringify({ errors: [first] });
      expect(errorOfAnswer({ status: 502, header: header({}), text })).toMatchObject({
        code: 'HTTP_502',
        retryable: true,
      });
    }
    const date = new Date(Date.now() + 30_000).toUTCString();
    const later = errorOfAnswer({ status: 429, header: header({ 'retry-after': date }), text: '' });
    expect(later.retryAfterMs).toBeGreaterThan(20_000);
    expect(errorOfAnswer({ status: 403, header: header({}), text: '<Error/>' })).toMatchObject({
      code: 'HTTP_403',
      category: 'auth',
      retryable: false,
    });
  });

  it('tell apart a service that is not there, a broken connection, a file that is gone and an abort', () => {
    const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    expect(errorOfConnection(refused, 'u')).toMatchObject({ code: 'NOT_RUNNING', retryable: true });
    expect(errorOfConnection(new TypeError('failed'), 'u')).toMatchObject({ code: 'CONNECTION' });
    const gone = new DOMException('gone', 'NotReadableError');
    expect(errorOfConnection(gone, 'u')).toMatchObject({ code: 'FILE_UNREADABLE', retryable: false });
    const abort = new DOMException('stop', 'AbortError');
    expect(errorOfConnection(abort, 'u')).toBe(abort);
  });
});

describe('the gate and the state of an upload', () => {
  it('holds whoever comes while it is shut, and lets all go on together', async () => {
    const gate = createGate();
    const { signal } = new AbortController();
    gate.pause();
    expect(gate.signal().aborted).toBe(true);
    const state = createUploadState();
    const waiting = Promise.all([gate.pass(state, signal), gate.pass(state, signal)]);
    expect(state.snapshot().phase).toBe('paused');
    gate.resume();
    await waiting;
    expect([gate.signal().aborted, state.snapshot().phase]).toEqual([false, 'preparing']);
  });

  it('tells of no pause while it is held, but of one that was wished for meanwhile', async () => {
    const gate = createGate();
    const { signal } = new AbortController();
    const letGo = gate.hold();
    const state = createUploadState();
    const waiting = gate.pass(state, signal);
    expect([gate.signal().aborted, state.snapshot().phase]).toEqual([true, 'preparing']);
    gate.resume();
    expect(gate.signal().aborted).toBe(true);
    gate.pause();
    letGo();
    await vi.waitFor(() => expect(state.snapshot().phase).toBe('paused'));
    gate.resume();
    await waiting;
  });

  it('counts what is under way, takes it back, and tells of bytes ten times a second at most', () => {
    let atMs = 0;
    const state = createUploadState(() => atMs);
    const told: number[] = [];
    state.subscribe(({ sentBytes }) => told.push(sentBytes));
    state.sent(1, 10);
    state.sent(1, 20);
    atMs = 150;
    state.sent(2, 5);
    expect(told).toEqual([10, 25]);
    state.sent(2, 0);
    state.arrived(1, 30);
    expect(state.snapshot().sentBytes).toBe(30);
    state.restart(30);
    expect(state.snapshot().sentBytes).toBe(30);
  });
});
