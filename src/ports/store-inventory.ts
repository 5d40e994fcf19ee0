import type { StoredArea } from './object-store.js';

/** Something that a store keeps, whether or not anybody remembers it. */
export interface StoredItem {
  /**
   * `object` is a whole object, `upload` a multipart upload that was begun and not finished, `scratch` what a
   * process that is gone left behind of something that never got its name.
   */
  readonly kind: 'object' | 'upload' | 'scratch';
  /** `null` for scratch, which belongs to no area. */
  readonly area: StoredArea | null;
  /** Empty for scratch. */
  readonly key: string;
  /** Whether a handle, as `beginUpload` gave it out, is that of this upload; false for everything else. */
  isNamedBy(handle: string): boolean;
  /** Counted when asked, because a store may have to be asked for each. */
  sizeBytes(signal?: AbortSignal): Promise<number>;
  /** Removes exactly this, and nothing that took its place since. Idempotent. */
  remove(signal?: AbortSignal): Promise<void>;
}

/** What to look for. */
export interface ListOptions {
  /** Only what nobody has changed since, by the clock of the store. */
  readonly unchangedSince: Date;
  readonly signal?: AbortSignal;
}

/**
 * The ability of a store to show all that it keeps. What comes and goes meanwhile may or may not be seen; what is
 * there from beginning to end is. Items of one tenant come one after the other within an area. However much is
 * kept, a bounded part of it is in memory. Throws `TransientError` and `PermanentError` as the store does.
 */
export interface StoreInventory {
  list(options: ListOptions): AsyncIterable<StoredItem>;
}
