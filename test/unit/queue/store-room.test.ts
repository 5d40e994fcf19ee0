import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { Platform } from '../../../src/compose.js';
import { composeHealth } from '../../../src/compose/health.js';
import { PermanentError, TransientError } from '../../../src/domain/errors.js';
import { createBreakers } from '../../../src/observability/breakers.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { RunningAnalyser } from '../../../src/ports/structure-analyser.js';
import { createByteBudget } from '../../../src/usecases/inspection/byte-budget.js';
import { createInspectionHandler } from '../../../workers/inspection.worker.js';
import { createStoreRoom } from '../../../workers/store-room.js';
import { makeJob } from '../../support/make-job.js';

const logger = pino({ level: 'silent' });
const never = new AbortController().signal;

/** A store with so much to spare, and a clock that stands still until `pass`. */
function arrange(spare: number) {
  const disk: { spare: number; failure?: Error } = { spare };
  let sleepers: (() => void)[] = [];
  const sleep: Clock['sleep'] = (_, signal) =>
    new Promise((resolve) => {
      sleepers.push(resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  const clock = { now: () => new Date(0), sleep };
  const spareBytes = async (): Promise<number> => {
    if (disk.failure) throw disk.failure;
    return disk.spare;
  };
  const room = createStoreRoom({ spareBytes }, { clock, logger });
  const pass = async (): Promise<void> => {
    for (const wake of sleepers.splice(0)) wake();
    sleepers = [];
    await new Promise(setImmediate);
  };
  return { disk, room, pass };
}

describe('the room of a store', () => {
  it('holds back what does not fit, shows it, and lets it in when there is room again', async () => {
    const { disk, room, pass } = arrange(10);
    const entered = vi.fn();
    void room.take(11, never).then(entered);
    await pass();
    expect([entered.mock.calls.length, room.isShort()]).toEqual([0, true]);
    disk.spare = 11;
    await pass();
    expect([entered.mock.calls.length, room.isShort()]).toEqual([1, false]);
  });

  it('is not lent twice, however many ask at once', async () => {
    const { room, pass } = arrange(100);
    const first = room.take(60, never);
    const entered = vi.fn();
    void room.take(60, never).then(entered);
    const giveBack = await first;
    await pass();
    expect(entered).not.toHaveBeenCalled();
    giveBack?.();
    await pass();
    expect(entered).toHaveBeenCalledTimes(1);
  });

  it('holds back everybody while the store is away, be it from the first or since they wait', async () => {
    const { disk, room, pass } = arrange(10);
    const entered = vi.fn();
    void room.take(11, never).then(entered);
    await pass();
    disk.failure = new TransientError('object-store', 'away');
    void room.take(1, never).then(entered);
    await pass();
    await pass();
    expect([entered.mock.calls.length, room.isShort()]).toEqual([0, true]);
    Object.assign(disk, { spare: 12, failure: undefined });
    await pass();
    expect([entered.mock.calls.length, room.isShort()]).toEqual([2, false]);
  });

  it('hides no failure that does not pass by itself', async () => {
    const { disk, room } = arrange(10);
    disk.failure = new PermanentError('object-store', 'broken');
    await expect(room.take(1, never)).rejects.toBe(disk.failure);
  });

  it('lets nobody in who stops waiting, nor anybody once it is closed', async () => {
    const { room, pass } = arrange(1);
    const stop = new AbortController();
    const [stopped, waiting] = [room.take(2, stop.signal), room.take(2, never)];
    await pass();
    stop.abort();
    expect(await stopped).toBeUndefined();
    room.close();
    expect(await waiting).toBeUndefined();
    expect(await room.take(1, never)).toBeUndefined();
  });

  it('is endless where a store has no end in sight', async () => {
    const clock = {
      now: () => new Date(0),
      sleep: () => Promise.reject(new Error('Nothing is waited for.')),
    };
    expect(await createStoreRoom({}, { clock, logger }).take(1e15, never)).toBeDefined();
  });
});

describe('an inspection', () => {
  it('makes no attempt while its copy does not fit, and an examination of a sealed copy waits for no room', async () => {
    const { disk, room, pass } = arrange(10);
    const inspect = vi.fn(async () => ({ kind: 'not-due' }) as const);
    const rescan = vi.fn(async () => ({ kind: 'not-due' }) as const);
    const handle = createInspectionHandler({
      ...{ inspect, rescan, logger, storeRoom: room, metrics: createMetrics() },
      onRoom: () => undefined,
      gate: { pass: async () => true },
      byteBudget: createByteBudget(1_000),
    });
    const held = handle(makeJob({ sizeBytes: 11 }), never);
    await handle(makeJob({ sizeBytes: 11, priority: 'MAINTENANCE' }), never);
    await pass();
    expect([inspect.mock.calls.length, rescan.mock.calls.length]).toEqual([0, 1]);
    disk.spare = 11;
    await pass();
    await held;
    expect(inspect).toHaveBeenCalledTimes(1);
  });
});

it('a worker whose inspections wait for free space says so', async () => {
  const works = { check: () => Promise.resolve() };
  const parts = {
    ...{ database: works, bus: works, objects: works, clamds: { look: async () => [] } },
    breakers: createBreakers(createMetrics().breakerState),
  } as unknown as Platform;
  const analyser = { check: async () => ({ inForce: [], missing: [] }) } as unknown as RunningAnalyser;
  for (const isShort of [true, false]) {
    const { dependencies } = await composeHealth(parts, { analyser, isShort: () => isShort }).ready();
    expect(dependencies['object-store']).toMatchObject({ status: isShort ? 'degraded' : 'up' });
  }
});
