import type { FileId, TenantId } from '../domain/ids.js';

/** What a wake-up is about. */
export type Topic =
  /** Something was committed that the relay has to number and publish. */
  | { readonly kind: 'outbox' }
  /** The history of a tenant has grown. */
  | { readonly kind: 'events'; readonly tenantId: TenantId }
  /** Bytes of a file have moved on, or its state has changed. */
  | { readonly kind: 'progress'; readonly tenantId: TenantId; readonly fileId: FileId }
  /** Somebody waits for the lock of an upload. */
  | { readonly kind: 'lock'; readonly tenantId: TenantId; readonly fileId: FileId };

/**
 * Wakes whoever waits for a topic, in any process. A hint only: a wake-up may be lost, doubled or late, it
 * carries nothing, and who is woken reads the truth from the database.
 */
export interface EventBus {
  /** Sends a wake-up. Never throws and never waits for a bus that is down. */
  wake(topic: Topic): void;
  /**
   * Calls the listener, which must not throw, for every wake-up, and once after the bus was lost and found again.
   *
   * @returns a function that ends the subscription; idempotent
   */
  listen(topic: Topic, listener: () => void): Promise<() => void>;
  /** Resolves when the bus carries messages. */
  check(signal?: AbortSignal): Promise<void>;
}
