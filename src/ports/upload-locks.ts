import type { FileId, TenantId } from '../domain/ids.js';

/**
 * The sole right to append to an upload, for a time. Whoever has it asks `isHeld` under the lock of the file's row
 * before each write, and finds there the token that it was given when it began: that makes the file store the fence, whatever
 * becomes of the process meanwhile, and also when the lock was handed out twice.
 */
export interface UploadLock {
  /** Aborts when another request waits for the upload, or, with a TransientError, when the lock was lost. */
  readonly wanted: AbortSignal;
  /** Whether nobody else can have the lock at this moment. Also known to a process that was stopped and goes on. */
  isHeld(): boolean;
  /** Never throws. Idempotent. */
  release(): Promise<void>;
}

/** Locks of uploads, across all processes. */
export interface UploadLocks {
  /**
   * Waits for the lock, and asks whoever has it to let go. A holder that has died or was stopped is forgotten
   * within seconds.
   *
   * @returns `undefined` when it was not let go in time
   * @throws TransientError when the locks themselves are out of order: nobody gets one then
   */
  acquire(upload: { readonly tenantId: TenantId; readonly fileId: FileId }): Promise<UploadLock | undefined>;
}
