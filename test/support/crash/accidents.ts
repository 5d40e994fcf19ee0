import { setTimeout as sleep } from 'node:timers/promises';
import type { ProductProcess } from '../product.js';
import type { Chance } from './chance.js';

/** Something that can be killed at any moment. */
export interface Victim {
  readonly name: string;
  readonly process: ProductProcess;
  /** Longest time from one accident to the next. */
  readonly everyMs: number;
  /** May be frozen for a while instead, longer than its lease. */
  readonly canFreeze?: boolean;
}

const SHORTEST_GAP_MS = 200;
const LONGEST_DOWN_MS = 1_200;
const LONGEST_FREEZE_MS = 4_000;
const FREEZE_SHARE = 0.25;
const START_TRIES = 20;
const START_RETRY_MS = 500;

/** Kills the victim again and again, each time without a word, until told to stop; it runs in the end. */
export async function haveAccidents(
  victim: Victim,
  chance: Chance,
  signal: AbortSignal,
  note: (line: string) => void,
): Promise<void> {
  for (;;) {
    await sleep(chance.between(SHORTEST_GAP_MS, victim.everyMs), undefined, { signal }).catch(
      () => undefined,
    );
    if (signal.aborted) return;
    if (victim.canFreeze === true && chance.isLucky(FREEZE_SHARE)) await freeze(victim, chance, note);
    else await kill(victim, chance, note);
  }
}

async function kill(
  { name, process: target }: Victim,
  chance: Chance,
  note: (line: string) => void,
): Promise<void> {
  const downMs = chance.below(LONGEST_DOWN_MS);
  note(`kill -9 ${name}, down for ${downMs} ms`);
  await target.kill9();
  await sleep(downMs);
  await startAgain(target);
  note(`${name} runs again`);
}

async function freeze(
  { name, process: target }: Victim,
  chance: Chance,
  note: (line: string) => void,
): Promise<void> {
  const frozenMs = chance.below(LONGEST_FREEZE_MS);
  note(`freeze ${name} for ${frozenMs} ms`);
  const pid = target.pid();
  process.kill(pid, 'SIGSTOP');
  await sleep(frozenMs);
  process.kill(pid, 'SIGCONT');
}

/** A process whose database is away ends at once, and whoever supervises it starts it again. */
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
