import type { Correlation } from '../domain/actor.js';
import type { FileState } from '../domain/file-state.js';
import type { Priority } from '../domain/file.js';
import type { FileId, TenantId } from '../domain/ids.js';

/** A committed change that has its number and waits to be made known. */
export interface OutboxEntry extends Correlation {
  /** Position in the outbox, across all tenants. */
  readonly id: bigint;
  readonly tenantId: TenantId;
  readonly fileId: FileId;
  /** `null` for a new upload. */
  readonly from: FileState | null;
  readonly to: FileState;
  readonly priority: Priority;
  /** Inspections begun when the change was made. */
  readonly attempt: number;
}

/** Committed changes on their way to the queue and the bus. Works across tenants. */
export interface Outbox {
  /**
   * Numbers what was committed since, per tenant and without gaps, and returns what is not yet marked as
   * published, oldest first. Safe to run in several processes: one at a time numbers.
   */
  take(limit: number): Promise<readonly OutboxEntry[]>;
  /**
   * Marks entries as published. Idempotent. What is never marked is taken again: delivery is at least once.
   *
   * @returns those that nobody had marked before, so that each is counted once
   */
  markPublished(ids: readonly bigint[]): Promise<readonly bigint[]>;
}
