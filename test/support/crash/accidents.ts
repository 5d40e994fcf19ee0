import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.js';
import { draw, type Mishap } from './mishaps.js';

/** Something that mishaps come to at any moment. */
export interface Victim {
  readonly name: string;
  readonly mishaps: readonly Mishap[];
  /** Longest time from one accident to the next. */
  readonly everyMs: number;
}

const SHORTEST_GAP_MS = 200;

/** Lets one mishap after the other come to the victim until told to stop; it runs in the end. */
export async function haveAccidents(
  { name, mishaps, everyMs }: Victim,
  chance: Chance,
  signal: AbortSignal,
  note: (line: string) => void,
): Promise<void> {
  for (;;) {
    const gapMs = chance.between(SHORTEST_GAP_MS, everyMs);
    await sleep(gapMs, undefined, { signal }).catch(() => undefined);
    const mishap = draw(chance, mishaps);
    if (signal.aborted || !mishap) return;
    const lastsMs = chance.below(mishap.longestMs + 1);
    note(`${mishap.name} ${name}${lastsMs > 0 ? `, for ${lastsMs} ms` : ''}`);
    await mishap.happen(lastsMs);
    note(`${name} is well again`);
  }
}
