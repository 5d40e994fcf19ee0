import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnalyserProcess } from '../../../src/adapters/sandbox/analyser-process.js';
import { createPatience } from '../../../src/adapters/sandbox/patience.js';

const TIMEOUT_MS = 30_000;
const MAX_CPU_MS = 60_000;
const never = new Promise<never>(() => undefined);

/** An analyser that gets a share of the processor, on a clock that the test moves; it has worked before this file. */
function open(share: () => number | undefined) {
  const kills: unknown[] = [];
  let workedMs = 40_000;
  let lookedAt = Date.now();
  const cpuMs: AnalyserProcess['cpuMs'] = () => {
    const part = share();
    workedMs += (Date.now() - lookedAt) * (part ?? 0);
    lookedAt = Date.now();
    return Promise.resolve(part === undefined ? undefined : workedMs);
  };
  const kill: AnalyserProcess['kill'] = (_cause, how) => void kills.push(how);
  const patience = createPatience({ kill, cpuMs } as Partial<AnalyserProcess> as AnalyserProcess, MAX_CPU_MS);
  const outcomeOf = (work: Promise<string>): Promise<string> =>
    patience.wait(work, TIMEOUT_MS, 'late').catch((error: unknown) => (error as Error).name);
  return { outcomeOf, kills, cpuMs, patience };
}

describe('the patience with an analyser', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const endOf = async (wait: Promise<string>) => {
    const beganAt = Date.now();
    let seen: { readonly outcome: string; readonly seconds: number } | undefined;
    void wait.then((outcome) => (seen = { outcome, seconds: (Date.now() - beganAt) / 1_000 }));
    for (let step = 0; step < 600 && !seen; step += 1) await vi.advanceTimersByTimeAsync(1_000);
    return seen;
  };

  /** What it comes to, and after how many seconds. */
  const see = async (share: () => number | undefined, work: Promise<string> = never) => {
    const { outcomeOf, kills } = open(share);
    return { ...(await endOf(outcomeOf(work))), kills };
  };

  it('ends with one that works and comes to no end when the file has had its time', async () => {
    const { outcome, seconds, kills } = await see(() => 1);
    expect(outcome).toBe('OvertimeError');
    expect(seconds).toBeCloseTo(66, 0);
    expect(kills).toEqual([{ isOvertime: true }]);
  });

  it.each([
    ['and says that it was the file where it had half of its time', 0.5, 'OvertimeError', true],
    ['and does not where it had less', 0.4, 'TransientError', false],
  ])('ends before clamd hangs up, %s', async (_what, share, error, isOvertime) => {
    const { outcome, seconds, kills } = await see(() => share);
    expect({ outcome, seconds }).toEqual({ outcome: error, seconds: 100 });
    expect(kills).toEqual([{ isOvertime }]);
  });

  it('is one for all waits in which others get no bytes', async () => {
    const { outcomeOf, patience, kills } = open(() => 0.5);
    const later = <T>(value: T, seconds: number): Promise<T> =>
      new Promise((resolve) => void setTimeout(() => resolve(value), seconds * 1_000));
    const write = async (): Promise<string> => {
      patience.renew();
      return outcomeOf(later('taken', 20));
    };
    const all = (async () => [await write(), await write(), await outcomeOf(never)])();
    await vi.advanceTimersByTimeAsync(119_000);
    expect(kills).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await all).toEqual(['taken', 'taken', 'OvertimeError']);
  });

  it.each<[string, number | undefined]>([
    ['that stands still', 0],
    ['on a machine that is too busy', 0.1],
    ['of which nobody says how long it worked', undefined],
  ])('ends with one %s at once, and does not say that it was the file', async (_what, share) => {
    const { outcome, seconds, kills } = await see(() => share);
    expect({ outcome, seconds }).toEqual({ outcome: 'TransientError', seconds: 30 });
    expect(kills).toEqual([{ isOvertime: false }]);
  });

  it('ends with one that worked and then stands still', async () => {
    const beganAt = Date.now();
    const { outcome, seconds } = await see(() => (Date.now() - beganAt <= 30_000 ? 1 : 0));
    expect({ outcome, seconds }).toEqual({ outcome: 'TransientError', seconds: 60 });
  });

  it('is no longer with one that stands still after it has worked for an earlier wait', async () => {
    const beganAt = Date.now();
    const { outcomeOf, cpuMs } = open(() => (Date.now() - beganAt <= 20_000 ? 1 : 0));
    const earlier = outcomeOf(new Promise((resolve) => void setTimeout(() => resolve('taken'), 20_000)));
    await vi.advanceTimersByTimeAsync(20_000);
    await cpuMs();
    expect(await earlier).toBe('taken');
    expect(await endOf(outcomeOf(never))).toEqual({ outcome: 'TransientError', seconds: 30 });
  });

  it('takes an answer that came while it was looking', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const answer = (): number => {
      if (Date.now() > beganAt) resolve('the answer');
      return 0;
    };
    const beganAt = Date.now();
    expect(await see(answer, promise)).toMatchObject({ outcome: 'the answer', kills: [] });
  });

  it('hands on what the work failed with', async () => {
    expect(await see(() => 1, Promise.reject(new RangeError('broken')))).toMatchObject({
      outcome: 'RangeError',
      kills: [],
    });
  });
});
