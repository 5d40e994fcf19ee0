import { withRetries } from './api/retry.js';
import { hasCode, UploadError } from './api/upload-error.js';
import { CancelUploadDocument } from './generated/graphql.js';
import type { UploadRun } from './run-upload.js';
import { createUpload, isRefusedForGood } from './transfer/create-upload.js';
import { readLedger } from './transfer/ledger.js';
import { isGivenUp, isOpen } from './upload-snapshot.js';

/** An upload that is to be given up. */
export interface Cancelling extends Pick<UploadRun, 'deps' | 'state' | 'gate' | 'memory'> {
  /** Whether nothing is done about it here any more. */
  readonly isSettled: () => boolean;
  /** Ends what is done here, and resolves when it has ended. */
  readonly stop: () => Promise<void>;
}

/**
 * Gives an upload up, at the service first: it alone knows whether that can still be done. Meanwhile nothing is sent.
 *
 * @returns whether it is given up; `false` when the service has all bytes, so that the upload goes on to its end
 * @throws UploadError when the service could not be told; then the upload goes on as before
 */
export async function cancelUpload(cancelling: Cancelling): Promise<boolean> {
  const { state, gate } = cancelling;
  const letGo = gate.hold();
  let isGone = false;
  try {
    const refused = await cancelAtService(cancelling);
    isGone = refused === undefined;
    // Whoever still follows the upload hears how it ends.
    if (refused !== undefined && cancelling.isSettled()) state.change({ problem: refused });
  } catch (error) {
    if (error instanceof UploadError) state.change({ problem: error });
    throw error;
  } finally {
    if (!isGone) letGo();
  }
  return isGone;
}

/** Why it is too late; `undefined` when the service has no such upload open any more. */
async function cancelAtService(cancelling: Cancelling): Promise<UploadError | undefined> {
  const { deps, state } = cancelling;
  // While the upload is being created nobody knows its id: that need not be waited for, its key finds it.
  if (state.snapshot().fileId === undefined && !cancelling.isSettled()) await cancelling.stop();
  // What turned out to be the upload of another file is not this one's to give up.
  if (cancelling.isSettled() && hasCode(state.snapshot().problem, 'FILE_CHANGED')) return undefined;
  const fileId = state.snapshot().fileId ?? (await createdId(cancelling));
  if (fileId === undefined) return undefined;
  try {
    const input = { fileId, idempotencyKey: `cancel-${fileId}` };
    await withRetries(deps, () => deps.transport.request(CancelUploadDocument, { input }));
    return undefined;
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) return undefined;
    if (!hasCode(error, 'CONFLICT')) throw error;
    const ledger = await readLedger(deps, fileId);
    if (ledger === undefined || isGivenUp(ledger.state)) return undefined;
    if (isOpen(ledger.state)) throw error;
    return error;
  }
}

/** The same key and input answer with the upload that they opened, also when its answer was lost. */
async function createdId({ deps, memory }: Pick<Cancelling, 'deps' | 'memory'>): Promise<string | undefined> {
  const creation = memory.creation();
  if (creation === undefined || creation.fileId !== undefined) return creation?.fileId;
  try {
    return (await createUpload(deps, creation.input)).fileId;
  } catch (error) {
    if (isRefusedForGood(error)) return undefined;
    throw error;
  }
}
