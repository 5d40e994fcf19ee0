import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createByteBudget, type ByteBudget } from '../../../src/usecases/inspection/byte-budget.js';

const running = new AbortController().signal;

/** Asks for room, and notes when it is given; gives it back when told to. */
function asker(budget: ByteBudget, begun: string[]) {
  const ends = new Map<string, () => void>();
  return {
    ask: async (name: string, sizeBytes?: number, signal = running): Promise<void> => {
      const giveBack = await budget.take(sizeBytes, signal);
      begun.push(giveBack ? name : `not ${name}`);
      if (giveBack) ends.set(name, giveBack);
    },
    end: async (name: string): Promise<void> => {
      ends.get(name)?.();
      await nextTurn();
    },
  };
}

describe('a budget of bytes', () => {
  it('lets in what fits, in the order of asking', async () => {
    const begun: string[] = [];
    const budget = createByteBudget(100);
    const { ask, end } = asker(budget, begun);
    void ask('a', 60);
    void ask('b', 40);
    void ask('c', 10);
    await nextTurn();
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(budget.heldBytes()).toBe(70);
  });

  it('lets small ones not pass a large one that waits, and a file beyond the bound runs alone', async () => {
    const begun: string[] = [];
    const budget = createByteBudget(100);
    const { ask, end } = asker(budget, begun);
    void ask('small', 10);
    void ask('huge', 5_000);
    void ask('next', 10);
    void ask('unknown');
    await nextTurn();
    expect(begun).toEqual(['small']);
    await end('small');
    expect(begun).toEqual(['small', 'huge']);
    expect(budget.heldBytes()).toBe(100);
    await end('huge');
    expect(begun).toEqual(['small', 'huge', 'next']);
    await end('next');
    expect(begun.at(-1)).toBe('unknown');
  });

  it('forgets whoever is told to stop, and lets in those behind', async () => {
    const begun: string[] = [];
    const { ask } = asker(createByteBudget(100), begun);
    const stop = new AbortController();
    void ask('a', 90);
    void ask('b', 50, stop.signal);
    void ask('c', 10);
    stop.abort();
    await nextTurn();
    expect(begun.toSorted()).toEqual(['a', 'c', 'not b']);
    await ask('d', 1, stop.signal);
    expect(begun.at(-1)).toBe('not d');
  });

  it('gives no more when it is closed, and takes back once what it gave', async () => {
    const begun: string[] = [];
    const budget = createByteBudget(100);
    const { ask, end } = asker(budget, begun);
    void ask('a', 90);
    void ask('b', 90);
    await nextTurn();
    budget.close();
    await ask('c', 1);
    expect(begun.toSorted()).toEqual(['a', 'not b', 'not c']);
    await end('a');
    await end('a');
    expect(budget.heldBytes()).toBe(0);
  });

  it('never holds more than its bound, and serves everybody in the end', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, async (all) => {
        const budget = createByteBudget(100);
        const served: number[] = [];
        const use = async (sizeBytes: number, index: number): Promise<void> => {
          const giveBack = await budget.take(sizeBytes, running);
          served.push(index);
          expect(budget.heldBytes()).toBeLessThanOrEqual(100);
          await nextTurn();
          giveBack?.();
        };
        await Promise.all(all.map(use));
        expect(served).toEqual(all.map((_, index) => index));
        expect(budget.heldBytes()).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});
