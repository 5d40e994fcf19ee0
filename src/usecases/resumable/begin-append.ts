import { fault, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import type { FileId } from '../../domain/ids.js';
import { MAX_PARTS, settlePartSize, type FirstRequest } from '../../domain/parts.js';
import { ok } from '../../domain/result.js';
import { uploadPhase } from '../../domain/upload-position.js';
import type { FileTransaction } from '../../ports/file-store.js';
import type { ObjectStore } from '../../ports/object-store.js';
import { lockFile, written } from '../apply.js';
import { fitsPolicy, longestUpload, tooLarge } from '../check-new-file.js';
import { isFinal } from './partial.js';
import { readTransfer, type Transfer } from './transfer.js';

/** What a client says of the bytes that it is about to append. */
export interface AppendClaim {
  readonly fileId: FileId;
  /** Must be where the upload stands. */
  readonly offsetBytes: number;
  /** Of this request, where it says so beforehand. */
  readonly contentLength?: number | undefined;
  /** Of the whole file, from a client that did not know it before. */
  readonly declaredSizeBytes?: number | undefined;
}

/** An upload that may be continued now. */
export interface Appendable extends Transfer {
  /** The file cannot have more bytes than this. */
  readonly limitBytes: number;
}

/**
 * Checks what is claimed against the upload, and fences off whoever appends to it still, in one transaction.
 *
 * @returns NOT_FOUND; FORBIDDEN for an upload that was put together; CONFLICT when the upload is over or stands elsewhere; TOO_LARGE; BAD_USER_INPUT
 */
export async function beginAppend(
  tx: FileTransaction,
  claim: AppendClaim,
  { now, minPartBytes }: { readonly now: Date } & Pick<ObjectStore, 'minPartBytes'>,
): Promise<Outcome<Appendable>> {
  const locked = await lockFile(tx, claim.fileId);
  if (!locked.ok) return locked;
  if (isFinal(locked.value)) return fault('FORBIDDEN', { message: 'A final upload takes no bytes.' });
  const phase = uploadPhase(locked.value, now);
  if (phase === 'over') return fault('CONFLICT', { message: 'The upload is over.' });
  const transfer = await readTransfer(tx, locked.value);
  const offsetBytes = phase === 'complete' ? (locked.value.sizeBytes ?? 0) : transfer.offsetBytes;
  if (claim.offsetBytes !== offsetBytes) {
    return fault('CONFLICT', { message: `The upload stands at ${String(offsetBytes)}.` });
  }
  const sized = await checkSize(tx, locked.value, claim);
  if (!sized.ok) return sized;
  if (!endsInFragments({ ...transfer, file: sized.value })) {
    const declared = await declareSize(tx, locked.value, sized.value);
    if (!declared.ok) return declared;
  }
  const limitBytes = sized.value.sizeBytes ?? longestUpload(await tx.policy(), sized.value);
  if (offsetBytes + (claim.contentLength ?? 0) > limitBytes) return tooLarge(limitBytes);
  const file = settled(sized.value, { ...claim, limitBytes, minPartBytes });
  // What is complete is only looked at: no bytes are entered any more.
  const appendToken = phase === 'open' ? await tx.beginAppend(file) : file.appendToken;
  return ok({ ...transfer, file: { ...file, appendToken }, offsetBytes, limitBytes });
}

/** Nothing has come of what is PENDING: its parts may still be of any size. */
const settled = (
  file: File,
  { contentLength, ...bounds }: Pick<AppendClaim, 'contentLength'> & Omit<FirstRequest, 'requestBytes'>,
): File =>
  file.state === 'PENDING'
    ? { ...file, ...settlePartSize(file, { requestBytes: contentLength, ...bounds }) }
    : file;

/** The upload with the size that is claimed, where it may have that. */
async function checkSize(
  tx: FileTransaction,
  file: File,
  { declaredSizeBytes: sizeBytes }: AppendClaim,
): Promise<Outcome<File>> {
  if (sizeBytes === undefined || sizeBytes === file.sizeBytes) return ok(file);
  // The length of an upload, once set, never changes; and it cannot be less than what is there.
  if (file.sizeBytes !== null || sizeBytes < file.receivedBytes) {
    return fault('BAD_USER_INPUT', { message: 'The upload has another length.', field: 'sizeBytes' });
  }
  const sized = { ...file, sizeBytes };
  const fits = fitsPolicy(await tx.policy(), sized);
  if (!fits.ok) return fits;
  if (sizeBytes > file.partSizeBytes * MAX_PARTS) return tooLarge(file.partSizeBytes * MAX_PARTS);
  return ok(sized);
}

/**
 * Whether all bytes of an upload are there and its last part is not. Its size counts together with that part: it would
 * seem to be complete else, while nobody could go on with it.
 */
const endsInFragments = ({ file, offsetBytes, fragments }: Transfer): boolean =>
  offsetBytes === file.sizeBytes && fragments.length > 0;

/** Writes the size of an upload that had none. CONFLICT, QUOTA_EXCEEDED */
export async function declareSize(
  tx: FileTransaction,
  { id, sizeBytes: known }: File,
  sized: File,
): Promise<Outcome<File>> {
  if (known !== null || sized.sizeBytes === null) return ok(sized);
  return written(await tx.declareSize(id, sized.sizeBytes), sized);
}
