import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createMetrics } from '../../src/observability/metrics.js';
import type { InspectionJob } from '../../src/ports/job-queue.js';
import { createByteBudget, type ByteBudget } from '../../src/usecases/inspection/byte-budget.js';
import { createInspectionHandler } from '../../workers/inspection.worker.js';
import { makeJob } from '../support/make-job.js';
import { openInspectionQueue, type OpenInspectionQueue } from '../support/open-inspection-queue.js';

const MAX_BYTES = 100;
const WORKERS = 4;
const WAIT = { timeout: 20_000, interval: 5 };

describe('inspections beside each other', () => {
  const metrics = createMetrics();
  let open: OpenInspectionQueue;
  let byteBudget: ByteBudget;
  let gate: PromiseWithResolvers<undefined>;
  let running: number[];
  let ended: number[];
  /** What ran together with each that was too large. */
  let beside: number[];

  beforeEach(async () => {
    byteBudget = createByteBudget(MAX_BYTES);
    gate = Promise.withResolvers();
    [running, ended, beside] = [[], [], []];
    open = await openInspectionQueue(inject('services').redisUrl, randomUUID());
    const handle = createInspectionHandler({
      inspect,
      rescan: async () => expect.fail('Nobody asked to examine anything again.'),
      onRoom: () => undefined,
      gate: { pass: async () => true },
      storeRoom: { take: async () => () => undefined },
      ...{ byteBudget, metrics, logger: pino({ level: 'silent' }) },
    });
    for (let worker = 0; worker < WORKERS; worker += 1) open.work(handle);
  });
  afterEach(() => open.close());

  const inspect = async ({ sizeBytes = 0 }: InspectionJob): Promise<{ kind: 'not-due' }> => {
    running.push(sizeBytes);
    if (running.some((size) => size > MAX_BYTES)) beside.push(running.length - 1);
    else expect(running.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_BYTES);
    await gate.promise;
    running.splice(running.indexOf(sizeBytes), 1);
    ended.push(sizeBytes);
    return { kind: 'not-due' };
  };
  const enqueue = async (...sizes: number[]): Promise<void> => {
    for (const sizeBytes of sizes) await open.queue.enqueueInspection(makeJob({ sizeBytes }));
  };
  const untilActive = (count: number): Promise<void> =>
    vi.waitFor(async () => expect((await open.queue.counts()).active).toBe(count), WAIT);
  const gauge = async (): Promise<unknown> => (await metrics.bytesInFlight.get()).values[0]?.value;

  it('are as many as their bytes allow, and fewer than there are workers', async () => {
    await enqueue(40, 40, 40, 40);
    await untilActive(4);
    await vi.waitFor(() => expect(running).toHaveLength(2), WAIT);
    expect(await gauge()).toBe(80);
    gate.resolve(undefined);
    await vi.waitFor(() => expect(ended).toHaveLength(4), WAIT);
    await vi.waitFor(async () => expect(await gauge()).toBe(0), WAIT);
  });

  it('leave alone a file that is larger than all of them may be, and it comes to its turn', async () => {
    await enqueue(30, 5_000, ...Array.from({ length: 20 }, () => 20));
    await untilActive(4);
    gate.resolve(undefined);
    await vi.waitFor(() => expect(ended).toHaveLength(22), WAIT);
    expect(beside).toEqual([0]);
    // Of those behind it only the ones that the other workers had in hand already may have come first.
    expect(ended.indexOf(5_000)).toBeLessThan(WORKERS);
  });

  it('go back unbegun when the worker stops, without waiting for those that run', async () => {
    await enqueue(100, 100);
    await untilActive(2);
    await vi.waitFor(() => expect(running).toHaveLength(1), WAIT);
    byteBudget.close();
    await untilActive(1);
    expect(await open.queue.counts()).toMatchObject({ waiting: 0, failed: 0 });
    gate.resolve(undefined);
    await untilActive(0);
    expect(ended).toEqual([100]);
  });
});
