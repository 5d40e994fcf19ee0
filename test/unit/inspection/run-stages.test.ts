import { PassThrough, Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { chooseDelay } from '../../../src/usecases/inspection/choose-delay.js';
import { runStages } from '../../../src/usecases/inspection/run-stages.js';
import { createSealStage } from '../../../src/usecases/inspection/seal-stage.js';
import type { Stage } from '../../../src/usecases/inspection/stage.js';
import type { LentChunks, ObjectStore } from '../../../src/ports/object-store.js';
import { createMemoryObjectStore } from '../../support/memory-inspection.js';

const clock = createSystemClock();
const limits = { clock, stallMs: 500, signal: new AbortController().signal };

const logging = (name: string, log: string[], pushMs = 0): Stage => ({
  push: async (chunk) => {
    await delay(pushMs);
    log.push(`${name}:${String(chunk[0])}`);
  },
  end: () => void log.push(`${name}:end`),
  abort: () => void log.push(`${name}:abort`),
});

describe('the stages of an inspection', () => {
  it('all see every chunk in order, at the pace of the slowest', async () => {
    const log: string[] = [];
    let readAhead = 0;
    const body = Readable.from(
      (function* () {
        for (const value of [1, 2, 3]) {
          readAhead = value - log.filter((line) => line.startsWith('slow')).length;
          yield new Uint8Array([value]);
        }
      })(),
      { highWaterMark: 1 },
    );
    await runStages(body, [logging('fast', log), logging('slow', log, 20)], limits);
    expect(log.filter((line) => line.startsWith('slow'))).toEqual(['slow:1', 'slow:2', 'slow:3', 'slow:end']);
    expect(log.indexOf('fast:2')).toBeGreaterThan(log.indexOf('slow:1'));
    expect(log.indexOf('fast:end')).toBeGreaterThan(log.indexOf('slow:3'));
    expect(readAhead).toBeLessThanOrEqual(2);
  });

  it('are all given up when one fails, and the body is closed', async () => {
    const log: string[] = [];
    const body = Readable.from([new Uint8Array([1]), new Uint8Array([2])]);
    const failing: Stage = { push: () => Promise.reject(new Error('broken')), end: () => undefined };
    await expect(runStages(body, [logging('one', log), failing], limits)).rejects.toThrow('broken');
    expect(log).toContain('one:abort');
    expect(log).not.toContain('one:end');
    expect(body.destroyed).toBe(true);
  });

  it('are spared their end when a check before them fails', async () => {
    const log: string[] = [];
    const check: Stage = {
      push: () => undefined,
      end: () => {
        throw new Error('too short');
      },
    };
    await expect(runStages(Readable.from([]), [check, logging('one', log)], limits)).rejects.toThrow(
      'too short',
    );
    expect(log).toEqual(['one:abort']);
  });

  it('end at once when they are stopped, even while one hangs', async () => {
    const log: string[] = [];
    const hanging: Stage = { push: () => new Promise(() => undefined), end: () => undefined };
    const stop = new AbortController();
    const body = new PassThrough();
    body.write(new Uint8Array([1]));
    const running = runStages(body, [logging('one', log), hanging], { ...limits, signal: stop.signal });
    await expect.poll(() => log).toContain('one:1');
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(log).toContain('one:abort');
    expect(body.destroyed).toBe(true);
  });

  it('do not wait for ever for a body that stalls', async () => {
    const begunAt = performance.now();
    const body = new PassThrough();
    await expect(runStages(body, [], { ...limits, stallMs: 50 })).rejects.toThrow('stalled for 50 ms');
    expect(performance.now() - begunAt).toBeLessThan(2_000);
    expect(body.destroyed).toBe(true);
  });
});

describe('the sealed copy', () => {
  /** A store that takes chunks when it is told to. */
  const slowStore = (taken: Uint8Array[], mayTake: () => Promise<void>): ObjectStore =>
    createMemoryObjectStore(
      {},
      {
        write: async (_, __, body, signal) => {
          for await (const chunk of body as LentChunks) {
            await mayTake();
            signal?.throwIfAborted();
            taken.push(chunk);
          }
        },
      },
    );

  it('holds the others back until the store is done with the chunk, and keeps none', async () => {
    const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    const taken: Uint8Array[] = [];
    const objects = slowStore(taken, async () => gates[taken.length]?.promise);
    const stage = createSealStage({ objects, clock }, 'key', 1e9);
    for (const gate of gates) {
      const chunk = new Uint8Array(10);
      let isDone = false;
      const pushing = Promise.resolve(stage.push(chunk)).then(() => (isDone = true));
      await delay(5);
      expect(isDone).toBe(false);
      gate.resolve();
      await pushing;
      expect(taken.at(-1)).toBe(chunk);
    }
    await stage.end();
    expect(taken).toHaveLength(3);
  });

  it('is given up also while the store is busy, and takes nothing after that', async () => {
    const taken: Uint8Array[] = [];
    const gate = Promise.withResolvers<void>();
    const stage = createSealStage({ objects: slowStore(taken, () => gate.promise), clock }, 'key', 1e9);
    const failed = expect(stage.push(new Uint8Array(1))).rejects.toThrow('enough');
    const aborted = stage.abort?.(new Error('enough'));
    await failed;
    gate.resolve();
    await aborted;
    expect(taken).toEqual([]);
    await expect(stage.push(new Uint8Array(1))).rejects.toThrow('enough');
  });

  it('fails the push where the store has failed, and where it has stopped too early', async () => {
    const broken = createMemoryObjectStore({}, { write: () => Promise.reject(new Error('disk full')) });
    await expect(
      createSealStage({ objects: broken, clock }, 'key', 9).push(new Uint8Array(1)),
    ).rejects.toThrow('disk full');
    const lazy = createMemoryObjectStore({}, { write: () => Promise.resolve() });
    await expect(createSealStage({ objects: lazy, clock }, 'key', 9).push(new Uint8Array(1))).rejects.toThrow(
      'given up',
    );
  });
});

describe('the wait before the next attempt', () => {
  it('is anything between its bounds, both included', () => {
    const range = { minDelayMs: 100, maxDelayMs: 300 };
    expect(chooseDelay(range, () => 0)).toBe(100);
    expect(chooseDelay(range, (below) => below - 1)).toBe(300);
  });
});
