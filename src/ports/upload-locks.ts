import type { FileId, TenantId } from '../domain/ids.js';

/** The sole right to append to an upload. A courtesy that saves work: what is written is fenced by the file store. */
export interface UploadLock {
  /** Aborts when another request waits for the upload, or when the lock was lost. The holder finishes quickly. */
  readonly wanted: AbortSignal;
  /** Never throws. Idempotent. */
  release(): Promise<void>;
}

/** Locks of uploads, across all processes. */
export interface UploadLocks {
  /**
   * Waits for the lock, and asks whoever has it to let go. A holder that has died is forgotten within seconds.
   * Where the locks themselves are out of order, everybody gets one.
   *
   * @returns `undefined` when it was not let go in time
   */
  acquire(upload: { readonly tenantId: TenantId; readonly fileId: FileId }): Promise<UploadLock | undefined>;
}
