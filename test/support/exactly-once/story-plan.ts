import { createHash } from 'node:crypto';
import type { Chance } from '../crash/chance.js';

/** Smallest part that the product agrees to. */
export const PART_BYTES = 5 * 1024 * 1024;

/** What one client sets out to do with one file. */
export interface StoryPlan {
  readonly label: string;
  readonly way: 'parts' | 'tus' | 'tus-at-once' | 'tus-parts' | 'form';
  readonly end: 'complete' | 'cancel' | 'abandon' | 'delete';
  readonly bytes: Buffer;
  readonly sha256: string;
}

const LARGE_SHARE = 0.02;
const EMPTY_SHARE = 0.02;
const MAX_SMALL_BYTES = 3_000;

/** Plans a file: mostly small, seldom of two parts, sometimes empty. */
export function planStory(chance: Chance, label: string): StoryPlan {
  const way = chance.pick<StoryPlan['way']>([
    'parts',
    'parts',
    'tus',
    'tus',
    'tus-at-once',
    'tus-parts',
    'form',
  ]);
  const end = chance.pick<StoryPlan['end']>([
    'complete',
    'complete',
    'complete',
    'cancel',
    'cancel',
    'abandon',
    'delete',
  ]);
  const bytes = contentOf(label, sizeOf(chance));
  // What is sent in one request is complete before anybody can give it up.
  const isWhole = way === 'form' || way === 'tus-at-once' || bytes.length === 0;
  return {
    label,
    way,
    end: isWhole && end !== 'delete' ? 'complete' : end,
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function sizeOf(chance: Chance): number {
  if (chance.isLucky(EMPTY_SHARE)) return 0;
  if (chance.isLucky(LARGE_SHARE)) return PART_BYTES + chance.between(1, MAX_SMALL_BYTES);
  return chance.between(1, MAX_SMALL_BYTES);
}

/** Bytes of a file: its own, and the same again for the same label. */
function contentOf(label: string, sizeBytes: number): Buffer {
  const line = Buffer.from(`${createHash('sha256').update(label).digest('hex')} ${label}\n`);
  return Buffer.alloc(sizeBytes, line);
}
