import { Gauge, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TransientError } from '../../../src/domain/errors.js';
import { createBreaker, type BreakerState } from '../../../src/observability/breaker.js';
import { createBreakers } from '../../../src/observability/breakers.js';

const OPEN_MS = 1_000;
const down = (): Promise<never> => Promise.reject(new TransientError('thing', 'down'));
const up = (): Promise<string> => Promise.resolve('up');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (): void => void vi.setSystemTime(Date.now() + OPEN_MS);

async function fail(breaker: ReturnType<typeof createBreaker>, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await expect(breaker.run(down)).rejects.toThrow('down');
}

describe('a breaker', () => {
  it('lets calls through until so many in a row have failed, and then does none', async () => {
    const breaker = createBreaker({ dependency: 'thing', failures: 3, openMs: OPEN_MS });
    await fail(breaker, 2);
    expect(await breaker.run(up)).toBe('up');
    await fail(breaker, 3);
    expect(breaker.state()).toBe('open');
    const work = vi.fn(up);
    const refused = await breaker.run(work).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TransientError);
    expect(refused).toMatchObject({ dependency: 'thing', cause: { message: 'down' } });
    expect(work).not.toHaveBeenCalled();
  });

  it('tries one call after a while: it closes when that succeeds, and is open again when it fails', async () => {
    const states: BreakerState[] = [];
    const onState = (state: BreakerState): void => void states.push(state);
    const breaker = createBreaker({ dependency: 'thing', failures: 1, openMs: OPEN_MS, onState });
    await fail(breaker, 1);
    later();
    await fail(breaker, 1);
    expect(breaker.state()).toBe('open');
    later();
    expect(await breaker.run(up)).toBe('up');
    expect(states).toEqual(['closed', 'open', 'half-open', 'open', 'half-open', 'closed']);
  });

  it('asks its probe until the dependency is back, and lets no caller wait or come through meanwhile', async () => {
    vi.useFakeTimers();
    const probe = vi.fn(down);
    const breaker = createBreaker({ dependency: 'thing', failures: 1, openMs: OPEN_MS, probe });
    const work = vi.fn(up);
    await fail(breaker, 1);
    for (let round = 1; round <= 3; round += 1) {
      await vi.advanceTimersByTimeAsync(OPEN_MS);
      expect(probe).toHaveBeenCalledTimes(round);
      await expect(breaker.run(work)).rejects.toThrow('left alone');
    }
    const asked = Promise.withResolvers<never>();
    probe.mockImplementationOnce(() => asked.promise);
    await vi.advanceTimersByTimeAsync(OPEN_MS);
    expect(breaker.state()).toBe('half-open');
    await expect(breaker.run(work)).rejects.toThrow('left alone');
    expect(work).not.toHaveBeenCalled();
    asked.resolve(undefined as never);
    await vi.advanceTimersByTimeAsync(0);
    expect(breaker.state()).toBe('closed');
    expect(await breaker.run(work)).toBe('up');
    await vi.advanceTimersByTimeAsync(10 * OPEN_MS);
    expect(probe).toHaveBeenCalledTimes(4);
  });

  it('does not take a trial that was given up for a success', async () => {
    const breaker = createBreaker({ dependency: 'thing', failures: 1, openMs: OPEN_MS });
    await fail(breaker, 1);
    later();
    const stop = new AbortController();
    const givenUp = breaker.run(async () => {
      stop.abort();
      throw new Error('given up');
    }, stop.signal);
    await expect(givenUp).rejects.toThrow('given up');
    expect(breaker.state()).toBe('open');
  });

  it('counts no error that does not speak against the dependency', async () => {
    const isFailure = (error: unknown): boolean => error instanceof TransientError;
    const breaker = createBreaker({ dependency: 'thing', failures: 2, openMs: OPEN_MS, isFailure });
    await fail(breaker, 1);
    for (let time = 0; time < 9; time += 1) {
      await expect(breaker.run(() => Promise.reject(new TypeError('own fault')))).rejects.toThrow(TypeError);
    }
    expect(breaker.state()).toBe('closed');
    await fail(breaker, 1);
    expect(breaker.state()).toBe('open');
  });
});

describe('the breakers of a process', () => {
  it('show their states by name and by place, and tell that of a single one', async () => {
    const registry = new Registry();
    const gauge = new Gauge({
      name: 'state',
      help: 'state',
      labelNames: ['dependency', 'index'] as const,
      registers: [registry],
    });
    const breakers = createBreakers(gauge);
    const common = { failures: 1, openMs: OPEN_MS };
    const single = breakers.create({ ...common, dependency: 'store' });
    breakers.create({ ...common, dependency: 'scanner', label: 'clamd', index: 0 });
    const second = breakers.create({ ...common, dependency: 'scanner', label: 'clamd', index: 1 });
    await fail(single, 1);
    await fail(second, 1);
    later();
    await second.run(up);
    expect(breakers.stateOf('store')).toBe('open');
    expect(breakers.stateOf('scanner')).toBeUndefined();
    const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('state{'));
    expect(lines).toEqual([
      'state{dependency="store"} 2',
      'state{dependency="clamd",index="0"} 0',
      'state{dependency="clamd",index="1"} 0',
    ]);
  });
});
