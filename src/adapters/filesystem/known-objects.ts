import { LRUCache } from 'lru-cache';
import type { Clock } from '../../ports/clock.js';
import type { Manifest } from './manifest.js';

/**
 * What this process has made objects of a moment ago: an inspection puts an object together, reads it once and removes it, and
 * need not look for each time what it has written itself. A hint, because other processes work on the same objects: it
 * counts once a file that it names was found, which has a name that nothing else ever gets.
 */
export interface KnownObjects {
  /** @param place - directory of the object, on the way to which there was no symbolic link */
  readonly note: (place: string, manifest: Manifest) => void;
  readonly find: (place: string) => Manifest | undefined;
  readonly forget: (place: string) => void;
}

/** So long nobody looks again whether a symbolic link has come in the way. */
const HOLDS_MS = 10_000;
/** More than a worker inspects at once; what nobody used for longest goes first. */
const MAX_OBJECTS = 256;
/** What a few calls cost counts for small files alone, and those have few parts. */
const MAX_PARTS = 8;

/** Knows nothing at first. */
export function createKnownObjects(clock: Clock): KnownObjects {
  const known = new LRUCache<string, Manifest>({
    max: MAX_OBJECTS,
    ttl: HOLDS_MS,
    ttlResolution: 0,
    perf: { now: () => clock.now().getTime() },
  });
  return {
    note: (place, manifest) => {
      if (manifest.parts.length > 0 && manifest.parts.length <= MAX_PARTS) known.set(place, manifest);
      else known.delete(place);
    },
    find: (place) => known.get(place),
    forget: (place) => void known.delete(place),
  };
}
