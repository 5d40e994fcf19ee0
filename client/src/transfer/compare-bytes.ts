import { UploadError } from '../api/upload-error.js';
import type { UploadDeps } from '../upload-deps.js';
import { isGivenUp, isOpen } from '../upload-snapshot.js';
import type { Ledger } from './ledger.js';
import { planParts } from './part-plan.js';
import { hashBytes, hashPart } from './prepare-parts.js';

type Deps = Pick<UploadDeps, 'platform'>;

/**
 * Why an upload must not be taken for that of a file; `undefined` when it is. Every byte that the service has is
 * compared: it takes less time than to send it again, and no date or length tells of each alteration.
 *
 * @param declaredSha256 - without which bytes the upload never becomes CLEAN, where it was begun with such
 * @throws UploadError with FILE_UNREADABLE, or the reason of the signal
 */
export async function differenceOf(
  deps: Deps,
  ledger: Ledger,
  blob: Blob,
  signal: AbortSignal,
  declaredSha256?: string | null,
): Promise<UploadError | undefined> {
  const { id, name, sizeBytes, state, upload } = ledger;
  if (sizeBytes !== blob.size) {
    return changed(
      `The upload ${id} ("${name}") is of ${sizeBytes} bytes, the file has ${blob.size}: it is another one.`,
    );
  }
  // What was given up has no verdict, and what is empty has but one content.
  if (isGivenUp(state) || blob.size === 0) return undefined;
  if (isOpen(state)) return differenceOfParts(deps, ledger, blob, signal);
  const whole = ledger.sha256 ?? declaredSha256;
  if (typeof whole !== 'string') {
    const isWhole = upload.parts.length === upload.partCount;
    return isWhole ? differenceOfParts(deps, ledger, blob, signal) : incomparable(ledger);
  }
  if ((await hashBytes(deps, blob, signal)) === whole) return undefined;
  return changed(`The upload ${id} has other bytes: the file is another one.`);
}

async function differenceOfParts(
  deps: Deps,
  ledger: Ledger,
  blob: Blob,
  signal: AbortSignal,
): Promise<UploadError | undefined> {
  const { parts } = ledger.upload;
  // Bytes that went straight to a store have no checksum here: whose they are nobody can tell.
  if (parts.some(({ sha256 }) => sha256 === null)) return incomparable(ledger);
  for (const { partNumber, sha256 } of parts) {
    const [part] = planParts(blob.size, ledger.upload, [partNumber]);
    if (part === undefined || (await hashPart({ ...deps, blob }, part, signal)) === sha256) continue;
    return changed(`Part ${partNumber} of the upload ${ledger.id} has other bytes: the file is another one.`);
  }
  return undefined;
}

const incomparable = ({ id }: Ledger): UploadError =>
  changed(`Nothing shows that the upload ${id} has the bytes of the file: it may be another one.`);

const changed = (message: string): UploadError =>
  new UploadError(message, { code: 'FILE_CHANGED', category: 'client', retryable: false });
