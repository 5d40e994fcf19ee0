import { setTimeout as sleep } from 'node:timers/promises';
import type { ProductProcess } from '../control-process.js';
import type { Chance } from './chance.js';
import type { RoughLine } from './rough-line.js';

/** One thing that can go wrong. */
export interface Mishap {
  /** For the report, e.g. `kill -9`. */
  readonly name: string;
  /** Of how many more ordinary ones it is worth, when one is drawn. */
  readonly weight: number;
  /** Longest time that it lasts. */
  readonly longestMs: number;
  /** Resolves when everything runs again. */
  happen(lastsMs: number): Promise<void>;
}

const LONGEST_DOWN_MS = 1_200;
const LONGEST_FREEZE_MS = 4_000;
const START_TRIES = 40;
const START_RETRY_MS = 500;

/** Ends a process without a word, and starts it again. */
export const killing = (target: ProductProcess): Mishap => ({
  name: 'kill -9',
  weight: 3,
  longestMs: LONGEST_DOWN_MS,
  happen: async (downMs) => {
    await target.kill9();
    await sleep(downMs);
    await startAgain(target);
  },
});

/** Stops a process for a while, in a worker for longer than its lease: it goes on as if no time had passed. */
export const freezing = (target: ProductProcess): Mishap => ({
  name: 'freeze',
  weight: 1,
  longestMs: LONGEST_FREEZE_MS,
  happen: async (frozenMs) => {
    const pid = target.pid();
    process.kill(pid, 'SIGSTOP');
    try {
      await sleep(frozenMs);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  },
});

/** Makes a server forget everything that it holds. */
export const emptying = (empty: () => Promise<void>): Mishap => ({
  name: 'empty',
  weight: 1,
  longestMs: 0,
  happen: empty,
});

/** What happens to the line before a server. */
export const roughness = (line: RoughLine): readonly Mishap[] => [
  { name: 'reset', weight: 1, longestMs: 0, happen: async () => line.reset() },
  { name: 'delay', weight: 1, longestMs: 2_000, happen: (ms) => line.stall(ms) },
  { name: 'lose what passes', weight: 1, longestMs: 3_000, happen: (ms) => line.silence(ms) },
  { name: 'cut', weight: 1, longestMs: 1_500, happen: (ms) => line.close(ms) },
];

/** Draws one, by weight. */
export function draw(chance: Chance, mishaps: readonly Mishap[]): Mishap | undefined {
  const total = mishaps.reduce((sum, { weight }) => sum + weight, 0);
  let rest = chance.below(total);
  return mishaps.find(({ weight }) => (rest -= weight) < 0);
}

/** A process whose store is away ends at once, and whoever supervises it starts it again. */
async function startAgain(target: ProductProcess): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await target.restart();
      return;
    } catch (error) {
      if (tries >= START_TRIES) throw error;
      await sleep(START_RETRY_MS);
    }
  }
}
