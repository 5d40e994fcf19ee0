import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/ports/clock.js';
import { createPlaceInQueue } from '../../../src/usecases/place-in-queue.js';
import { makeFile } from '../../support/make-file.js';

describe('the place in the queue of a file that somebody watches', () => {
  const watch = (places: readonly (number | null)[]) => {
    let nowMs = 0;
    let counts = 0;
    const placeInQueue = createPlaceInQueue({ clock: { now: () => new Date(nowMs) } as Clock });
    const tx = { queuePosition: async () => places[counts++] ?? null };
    return {
      at: (ms: number, attempt = 0, version = 2) => {
        nowMs = ms;
        return placeInQueue(tx, makeFile({ state: 'SCANNING', attempt, version }));
      },
      counts: () => counts,
      tx,
      placeInQueue,
    };
  };

  it('is counted the more rarely the more files are before it', async () => {
    const queue = watch([10_000, 4_000, 0, null]);
    for (let ms = 0; ms < 10_000; ms += 100) expect(await queue.at(ms)).toBe(10_000);
    expect(queue.counts()).toBe(1);
    for (let ms = 10_000; ms < 14_000; ms += 100) expect(await queue.at(ms)).toBe(4_000);
    expect(queue.counts()).toBe(2);
    expect(await queue.at(14_000)).toBe(0);
    expect(await queue.at(14_000)).toBeNull();
  });

  it('is counted anew when an inspection has begun, and when the file waits again', async () => {
    const queue = watch([10_000, null, 7, 5_000]);
    expect(await queue.at(0)).toBe(10_000);
    expect(await queue.at(100, 1)).toBeNull();
    expect(await queue.at(200, 1)).toBe(7);
    expect(await queue.at(201, 1, 4)).toBe(5_000);
  });

  it('is none of a file that does not wait, and nobody counts', async () => {
    const queue = watch([1]);
    expect(await queue.placeInQueue(queue.tx, makeFile({ state: 'CLEAN' }))).toBeNull();
    expect(queue.counts()).toBe(0);
  });
});
