import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { parseFileId, type FileId } from '../../domain/ids.js';
import { ok } from '../../domain/result.js';
import { uploadPhase } from '../../domain/upload-position.js';
import type { UploadLocks } from '../../ports/upload-locks.js';
import { completeUpload, type CompleteUploadDeps } from '../complete-upload.js';
import { reconcileById } from '../direct/reconcile-parts.js';
import { isPartial } from './partial.js';
import { readTransfer } from './transfer.js';

/** Where an upload stands. */
export interface UploadPosition {
  readonly file: File;
  /** Bytes from the beginning that are durable without a gap. */
  readonly offsetBytes: number;
  readonly phase: ReturnType<typeof uploadPhase>;
}

/**
 * Where an upload can be continued. A request that still sends is asked to end first, so that the answer holds.
 * An upload whose last byte has come is completed, also when the process died before it could do so.
 *
 * @returns NOT_FOUND
 * @throws TransientError when there are no locks to be had
 */
export const uploadPosition =
  (deps: CompleteUploadDeps & { readonly locks: UploadLocks }) =>
  async (actor: Actor, id: string): Promise<Outcome<UploadPosition>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const fileId = parseFileId(id);
    if (!fileId) return fault('NOT_FOUND');
    const lock = await deps.locks.acquire({ tenantId: actor.tenantId, fileId });
    try {
      return await readPosition(deps, actor, fileId);
    } finally {
      await lock?.release();
    }
  };

/** Reads where an upload stands, and completes it when nothing is missing. */
export async function readPosition(
  deps: CompleteUploadDeps,
  actor: Actor,
  fileId: FileId,
): Promise<Outcome<UploadPosition>> {
  await reconcileById(deps, actor, fileId, 'all');
  const found = await deps.files.transact(actor, async (tx) => {
    // Waits for a write that was under way when its writer lost the lock.
    const file = await tx.findForUpdate(fileId);
    return file && readTransfer(tx, file);
  });
  if (!found) return fault('NOT_FOUND');
  const { file, offsetBytes } = found;
  const phase = uploadPhase(file, deps.clock.now());
  if (phase !== 'open') return ok({ file, phase, offsetBytes: file.sizeBytes ?? 0 });
  if (offsetBytes !== file.sizeBytes || isPartial(file)) return ok({ file, phase, offsetBytes });
  const completed = await completeUpload(deps)(actor, { fileId });
  return completed.ok ? ok({ file: completed.value, phase: 'complete', offsetBytes }) : completed;
}
