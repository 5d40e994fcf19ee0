import { createHash } from 'node:crypto';
import type { Chance } from '../crash/chance.js';

/** Smallest part that the product agrees to. */
export const PART_BYTES = 5 * 1024 * 1024;

/** How the bytes of one file travel. */
export type Way =
  | 'parts'
  | 's3'
  | 'tus'
  | 'tus-at-once'
  | 'tus-joined'
  | 'tus-parts'
  | 'form'
  | 'direct'
  | 'direct-parts';

/** What one client sets out to do with one file. Many are remembered for long, so it holds no bytes. */
export interface StoryPlan {
  readonly label: string;
  readonly way: Way;
  readonly end: 'complete' | 'cancel' | 'abandon' | 'delete';
  /** Files of the same content have the same bytes, as far as both reach. */
  readonly content: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

const LARGE_SHARE = 0.02;
const EMPTY_SHARE = 0.02;
const MAX_SMALL_BYTES = 3_000;
/** Files whose content others have as well, so that sealed copies are shared and the last reference counts. */
const SHARED_SHARE = 0.1;
const SHARED_CONTENTS = 16;
const SHARED_BYTES = 1_024;

/** What every store takes. */
export const WAYS: readonly [Way, ...Way[]] = [
  'parts',
  'parts',
  's3',
  'tus',
  'tus',
  'tus-at-once',
  'tus-joined',
  'tus-parts',
  'form',
];
/** And what is possible where clients may send to the store itself. */
export const WAYS_WITH_DIRECT: readonly [Way, ...Way[]] = [...WAYS, 'direct', 'direct', 'direct-parts'];

const ENDS: readonly [StoryPlan['end'], ...StoryPlan['end'][]] = [
  'complete',
  'complete',
  'complete',
  'cancel',
  'cancel',
  'abandon',
  'delete',
];

/** Ways on which a file is complete as soon as there is one. */
const ONE_STEP: ReadonlySet<Way> = new Set(['form', 'tus-at-once', 'tus-joined']);

/** Plans a file: mostly small, seldom of two parts, sometimes empty. */
export function planStory(chance: Chance, label: string, ways: readonly [Way, ...Way[]]): StoryPlan {
  const way = chance.pick(ways);
  const end = chance.pick(ENDS);
  const isShared = chance.isLucky(SHARED_SHARE);
  const content = isShared ? `shared ${chance.below(SHARED_CONTENTS)}` : label;
  const sizeBytes = isShared ? SHARED_BYTES : sizeOf(chance);
  // What is sent in one request is complete before anybody can give it up.
  const isWhole = ONE_STEP.has(way) || sizeBytes === 0;
  const plan = { label, way, content, sizeBytes, end: isWhole && end !== 'delete' ? 'complete' : end };
  return { ...plan, sha256: createHash('sha256').update(bytesOf(plan)).digest('hex') };
}

function sizeOf(chance: Chance): number {
  if (chance.isLucky(EMPTY_SHARE)) return 0;
  if (chance.isLucky(LARGE_SHARE)) return PART_BYTES + chance.between(1, MAX_SMALL_BYTES);
  return chance.between(1, MAX_SMALL_BYTES);
}

/** The bytes of a file: its own unless they are shared, and the same again each time. */
export function bytesOf({ content, sizeBytes }: Pick<StoryPlan, 'content' | 'sizeBytes'>): Buffer {
  const line = Buffer.from(`${createHash('sha256').update(content).digest('hex')} ${content}\n`);
  return Buffer.alloc(sizeBytes, line);
}
