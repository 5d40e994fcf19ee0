import { LRUCache } from 'lru-cache';
import type { ContentHints } from '../../ports/content-hints.js';

/** What the hints tell the process around them. */
export interface ContentHintsOptions {
  /** @default 20000, which take about 6 MB */
  readonly maxEntries?: number;
  /** Is told of every look. */
  readonly onLookup?: (outcome: 'hit' | 'miss') => void;
}

const DEFAULT_MAX_ENTRIES = 20_000;

/** Hints in the memory of this process; those that nobody used for longest go first. */
export function createContentHints({
  maxEntries = DEFAULT_MAX_ENTRIES,
  onLookup,
}: ContentHintsOptions = {}): ContentHints {
  const cache = new LRUCache<string, string>({ max: maxEntries });
  return {
    get: (tenantId, sha256) => {
      const vaultKey = cache.get(`${tenantId}/${sha256}`);
      onLookup?.(vaultKey === undefined ? 'miss' : 'hit');
      return vaultKey;
    },
    set: (tenantId, sha256, vaultKey) => void cache.set(`${tenantId}/${sha256}`, vaultKey),
  };
}
