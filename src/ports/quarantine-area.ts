import type { ByteRange, ObjectRef, OpenObject } from './object-store.js';

/**
 * The ability of a store to keep content apart: nothing that an `ObjectStore` reads lies there, so that code which
 * was not given this port cannot reach it. Keys and errors are those of the store.
 */
export interface QuarantineArea {
  /**
   * Puts an object of another area there, within the store: no byte passes through us. Idempotent: what was isolated
   * under the key before stays. The object may still be where it was, also for good; who knows that nobody needs it
   * there removes it.
   *
   * @returns false when the object is neither there nor where it comes from
   */
  isolate(from: ObjectRef, key: string, signal?: AbortSignal): Promise<boolean>;

  /** Opens isolated content; `undefined` when there is none. The range must lie within it. */
  readIsolated(key: string, range?: ByteRange, signal?: AbortSignal): Promise<OpenObject | undefined>;

  /** Removes isolated content. Idempotent. */
  removeIsolated(key: string, signal?: AbortSignal): Promise<void>;
}
