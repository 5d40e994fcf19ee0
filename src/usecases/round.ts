import type { DueFile } from '../ports/backlog.js';

/** Goes round what is due, from one run to the next. */
export interface Round<T> {
  /** What comes next: what stands behind the last one that was begun, and then, where there is room, what stands before it. */
  next(): Promise<readonly T[]>;
  /** To be called for each that is begun. */
  begin(item: T): void;
}

/**
 * Makes a round. What fails again and again stays due and is the oldest: if every run began with it, nothing else would have its
 * turn once there is more of it than one run has time for.
 *
 * @param find - finds so many, in an order that lasts, that stand behind a certain one
 * @param limit - most of one run
 */
export function createRound<T extends DueFile>(
  find: (limit: number, after?: T) => Promise<readonly T[]>,
  limit: number,
): Round<T> {
  let last: T | undefined;
  return {
    async next() {
      const behind = await find(limit, last);
      if (last === undefined || behind.length >= limit) return behind;
      const known = new Set(behind.map(({ fileId }) => fileId));
      const first = await find(limit - behind.length);
      return [...behind, ...first.filter(({ fileId }) => !known.has(fileId))];
    },
    begin: (item) => void (last = item),
  };
}
