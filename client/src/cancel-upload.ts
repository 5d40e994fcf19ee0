import { withRetries } from './api/retry.js';
import { hasCode, UploadError } from './api/upload-error.js';
import { CancelUploadDocument, type FileSummaryFragment } from './generated/graphql.js';
import type { UploadRun } from './run-upload.js';
import { createUpload, isRefusedForGood } from './transfer/create-upload.js';
import { readLedger } from './transfer/ledger.js';
import { isGivenUp, isOpen, type UploadSnapshot } from './upload-snapshot.js';

/** An upload that is to be given up. */
export interface Cancelling extends Pick<UploadRun, 'deps' | 'state' | 'gate' | 'memory'> {
  /** Whether nothing is done about it here any more. */
  readonly isSettled: () => boolean;
  /** Ends what is done here, and resolves when it has ended. */
  readonly stop: () => Promise<void>;
}

/** Where an upload stands once it is given up. */
export type GivenUp = Partial<Pick<UploadSnapshot, 'stage' | 'file'>>;

/**
 * Gives an upload up, at the service first: it alone knows whether that can still be done. Meanwhile nothing is sent.
 *
 * @returns where it stands then; `undefined` when the service has all bytes, so that the upload goes on to its end
 * @throws UploadError when the service could not be told; then the upload goes on as before
 */
export async function cancelUpload(cancelling: Cancelling): Promise<GivenUp | undefined> {
  const { state, gate } = cancelling;
  const letGo = gate.hold();
  let givenUp: GivenUp | undefined;
  try {
    const answer = await cancelAtService(cancelling);
    if (!(answer instanceof UploadError)) givenUp = answer;
    // Whoever still follows the upload hears how it ends.
    else if (cancelling.isSettled()) state.change({ problem: answer });
  } catch (error) {
    if (error instanceof UploadError) state.change({ problem: error });
    throw error;
  } finally {
    if (!givenUp) letGo();
  }
  return givenUp;
}

/** Of what the service does not have. */
const NOTHING_THERE: GivenUp = { stage: 'CANCELLED' };

/** Why it is too late, or where the upload stands when the service does not have it open any more. */
async function cancelAtService(cancelling: Cancelling): Promise<UploadError | GivenUp> {
  const { deps, state } = cancelling;
  // While the upload is being created nobody knows its id: that need not be waited for, its key finds it.
  if (state.snapshot().fileId === undefined && !cancelling.isSettled()) await cancelling.stop();
  // What turned out to be the upload of another file is not this one's to give up.
  if (cancelling.isSettled() && hasCode(state.snapshot().problem, 'FILE_CHANGED')) return {};
  const fileId = state.snapshot().fileId ?? (await createdId(cancelling));
  if (fileId === undefined) return NOTHING_THERE;
  try {
    const input = { fileId, idempotencyKey: `cancel-${fileId}` };
    const answer = await withRetries(deps, () => deps.transport.request(CancelUploadDocument, { input }));
    return standing(state.snapshot(), answer.cancelUpload.file);
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) return NOTHING_THERE;
    if (!hasCode(error, 'CONFLICT')) throw error;
    const ledger = await readLedger(deps, fileId);
    if (ledger === undefined) return NOTHING_THERE;
    if (isGivenUp(ledger.state)) return standing(state.snapshot(), ledger);
    if (isOpen(ledger.state)) throw error;
    return error;
  }
}

const standing = ({ file: before }: UploadSnapshot, file: FileSummaryFragment): GivenUp => ({
  stage: file.state,
  file: before && { ...before, ...file },
});

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
