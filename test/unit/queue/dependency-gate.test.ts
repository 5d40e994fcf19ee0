import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../../src/ports/clock.js';
import { createDependencyGate } from '../../../workers/dependency-gate.js';

const logger = pino({ level: 'silent' });
const never = new AbortController().signal;

function arrange(answers: readonly boolean[]) {
  const rest = [...answers];
  const ask = vi.fn(async () => {
    if (rest.shift() === false) throw new Error('away');
  });
  const sleep = vi.fn<Clock['sleep']>(async () => undefined);
  const warn = vi.spyOn(logger, 'warn').mockClear();
  const gate = createDependencyGate([{ name: 'scanner', ask }], {
    clock: { now: () => new Date(0), sleep },
    logger,
  });
  return { gate, ask, sleep, warn };
}

describe('the gate before inspections', () => {
  it('lets through at once what has all that it needs', async () => {
    const { gate, ask, sleep } = arrange([true]);
    expect(await gate.pass(never)).toBe(true);
    expect([ask.mock.calls.length, sleep.mock.calls.length]).toEqual([1, 0]);
  });

  it('holds back what could only fail, and says so once', async () => {
    const { gate, ask, warn } = arrange([false, false, false, true]);
    expect(await gate.pass(never)).toBe(true);
    expect(ask).toHaveBeenCalledTimes(4);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('lets nobody through who stops waiting', async () => {
    const { gate, sleep } = arrange(Array.from({ length: 100 }, () => false));
    const stop = new AbortController();
    sleep.mockImplementation(async () => stop.abort());
    expect(await gate.pass(stop.signal)).toBe(false);
    expect(sleep).toHaveBeenCalledTimes(1);
  });

  it('lets nobody through once it is closed, also not those that wait', async () => {
    const { gate, sleep } = arrange(Array.from({ length: 100 }, () => false));
    sleep.mockImplementation(async () => gate.close());
    expect(await gate.pass(never)).toBe(false);
    expect(await gate.pass(never)).toBe(false);
  });
});
