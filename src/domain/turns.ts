import { JOB_PRIORITIES, type JobPriority } from './job-priority.js';

/** The inspections of one tenant and priority that have not begun. */
export interface Lane {
  readonly tenantId: string;
  readonly priority: JobPriority;
  /** Handed to the queue. */
  readonly held: number;
  /** Waiting for that in the database. */
  readonly waiting: number;
}

/**
 * Says how many inspections of each lane are handed to the queue. Of each priority about as many as the window takes are in
 * there; who holds fewest places gets the next one. Whoever holds none gets one at once, also where the window is
 * full, so that in the queue, which takes them in order, no tenant finds more than `window` and one of each
 * other tenant before its first.
 *
 * @param window - places for each priority
 * @param limit - most that are handed over in one go
 * @returns counts of one or more
 */
export function shareTurns<L extends Lane>(
  lanes: readonly L[],
  window: number,
  limit: number,
): ReadonlyMap<L, number> {
  const taken = new Map<L, number>();
  for (const priority of JOB_PRIORITIES) {
    const rivals = lanes.filter((lane) => lane.priority === priority);
    let room = window - rivals.reduce((sum, { held }) => sum + held, 0);
    for (let left = limit - sumOf(taken); left > 0; left -= 1) {
      const next = fewestPlaces(rivals, taken, room > 0);
      if (!next) break;
      taken.set(next, (taken.get(next) ?? 0) + 1);
      room -= 1;
    }
  }
  return taken;
}

function fewestPlaces<L extends Lane>(
  lanes: readonly L[],
  taken: ReadonlyMap<L, number>,
  hasRoom: boolean,
): L | undefined {
  let best: L | undefined;
  let fewest = hasRoom ? Infinity : 1;
  for (const lane of lanes) {
    const count = taken.get(lane) ?? 0;
    if (count >= lane.waiting || lane.held + count >= fewest) continue;
    best = lane;
    fewest = lane.held + count;
  }
  return best;
}

const sumOf = (taken: ReadonlyMap<unknown, number>): number =>
  [...taken.values()].reduce((sum, count) => sum + count, 0);
