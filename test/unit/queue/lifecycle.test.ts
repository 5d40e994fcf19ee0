import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { createLifecycle, type Lifecycle } from '../../../src/lifecycle.js';
import { runUntilSignal, type Host } from '../../../src/lifecycle/run-until-signal.js';

const logger = pino({ level: 'silent' });

/** A lifecycle of parts that write down what happens to them. */
const recorded = (names: readonly string[]): { lifecycle: Lifecycle; log: string[] } => {
  const log: string[] = [];
  const lifecycle = createLifecycle(logger);
  for (const name of names) {
    lifecycle.add({
      name,
      start: () => void log.push(`+${name}`),
      stop: () => void log.push(`-${name}`),
    });
  }
  return { lifecycle, log };
};

describe('the lifecycle', () => {
  it('starts in order and stops in reverse', async () => {
    const { lifecycle, log } = recorded(['a', 'b', 'c']);
    await lifecycle.start();
    await lifecycle.stop();
    expect(log).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
  });

  it('stops once, however often and however early it is told to', async () => {
    const { lifecycle, log } = recorded(['a']);
    await lifecycle.start();
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(log).toEqual(['+a', '-a']);
    const unstarted = recorded(['a']);
    await unstarted.lifecycle.stop();
    expect(unstarted.log).toEqual([]);
  });

  it('stops what was started when a later part fails to start, and says why', async () => {
    const { lifecycle, log } = recorded(['a', 'b']);
    lifecycle.add({
      name: 'broken',
      start: () => Promise.reject(new Error('no port')),
      stop: () => void log.push('-broken'),
    });
    lifecycle.add({ name: 'never', start: () => void log.push('+never') });
    await expect(lifecycle.start()).rejects.toThrow('no port');
    expect(log).toEqual(['+a', '+b', '-broken', '-b', '-a']);
  });

  it('stops half-way when it is told to stop while it starts', async () => {
    const { lifecycle, log } = recorded(['a']);
    const slow = Promise.withResolvers<undefined>();
    const begin = vi.fn((signal: AbortSignal) => {
      signal.addEventListener('abort', () => slow.resolve(undefined));
      return slow.promise;
    });
    lifecycle.add({ name: 'slow', start: begin, stop: () => void log.push('-slow') });
    lifecycle.add({ name: 'never', start: () => void log.push('+never') });
    const started = lifecycle.start();
    await vi.waitFor(() => expect(begin).toHaveBeenCalled());
    const stopped = lifecycle.stop();
    await expect(started).rejects.toThrow(/never/u);
    await stopped;
    expect(log).toEqual(['+a', '-slow', '-a']);
  });

  it('urges a part whose time to stop is over, and waits for what it then does', async () => {
    const { lifecycle, log } = recorded(['a']);
    lifecycle.add({
      name: 'slow',
      stopTimeoutMs: 20,
      stop: async (signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        log.push('-slow');
      },
    });
    await lifecycle.start();
    await lifecycle.stop();
    expect(log).toEqual(['+a', '-slow', '-a']);
  });

  it('passes over a part that hangs or fails to stop', async () => {
    const { lifecycle, log } = recorded(['a']);
    lifecycle.add({ name: 'hangs', stopTimeoutMs: 10, stop: () => new Promise(() => undefined) });
    lifecycle.add({ name: 'rejects', stop: () => Promise.reject(new Error('stuck')) });
    lifecycle.add({
      name: 'throws',
      stop: () => {
        throw new Error('stuck');
      },
    });
    await lifecycle.start();
    await lifecycle.stop();
    expect(log).toEqual(['+a', '-a']);
  });

  it('takes no part after the start', async () => {
    const { lifecycle } = recorded(['a']);
    await lifecycle.start();
    expect(() => lifecycle.add({ name: 'late' })).toThrow(/late/u);
  });
});

describe('running until a signal', () => {
  const fakeHost = (connected = false): { host: Host; emitter: EventEmitter; exits: number[] } => {
    const emitter = new EventEmitter();
    const exits: number[] = [];
    const exit = (code?: number): never => {
      exits.push(code ?? 0);
      return undefined as never;
    };
    return { host: Object.assign(emitter, { connected, exit }) as unknown as Host, emitter, exits };
  };

  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 0],
    ['uncaughtException', 1],
    ['unhandledRejection', 1],
  ])('stops everything on %s, then exits with %i', async (event, code) => {
    const { lifecycle, log } = recorded(['a']);
    const { host, emitter, exits } = fakeHost();
    const running = runUntilSignal(lifecycle, logger, host);
    await vi.waitFor(() => expect(log).toEqual(['+a']));
    await delay(5);
    expect(exits).toEqual([]);
    emitter.emit(event, new Error('nobody caught this'));
    emitter.emit('SIGINT');
    await running;
    expect(log).toEqual(['+a', '-a']);
    expect(exits).toEqual([code]);
  });

  it('stops when the supervisor that holds the channel is gone', async () => {
    const { lifecycle, log } = recorded(['a']);
    const { host, emitter, exits } = fakeHost(true);
    const running = runUntilSignal(lifecycle, logger, host);
    await vi.waitFor(() => expect(log).toEqual(['+a']));
    emitter.emit('disconnect');
    await running;
    expect([log.at(-1), exits]).toEqual(['-a', [0]]);
  });

  it('exits with 1 after a failed start, with everything stopped', async () => {
    const { lifecycle, log } = recorded(['a']);
    lifecycle.add({ name: 'broken', start: () => Promise.reject(new Error('no port')) });
    const { host, exits } = fakeHost();
    await runUntilSignal(lifecycle, logger, host);
    expect([log, exits]).toEqual([['+a', '-a'], [1]]);
  });
});
