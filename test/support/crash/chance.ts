import { createHash } from 'node:crypto';

/** A source of choices that are the same again for the same seed. */
export interface Chance {
  /** From 0 up to, but not including, the bound. */
  below(bound: number): number;
  /** Both included. */
  between(least: number, most: number): number;
  isLucky(probability: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  shuffle<T>(items: readonly T[]): T[];
  /** A source of its own, so that what others draw in between changes nothing. */
  fork(name: string): Chance;
}

const RANGE = 2 ** 32;

/** Draws from the hashes of seed and count. */
export function createChance(seed: string): Chance {
  let drawn = 0;
  const draw = (): number =>
    createHash('sha256').update(`${seed}/${drawn++}`).digest().readUInt32BE() / RANGE;
  const below = (bound: number): number => Math.floor(draw() * bound);
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    isLucky: (probability) => draw() < probability,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    shuffle: (items) =>
      items
        .map((item) => ({ item, rank: draw() }))
        .sort((one, other) => one.rank - other.rank)
        .map(({ item }) => item),
    fork: (name) => createChance(`${seed}/${name}`),
  };
}
