import { withRetries } from '../api/retry.js';
import { UploadError } from '../api/upload-error.js';
import { FileDocument, type FileQuery } from '../generated/graphql.js';
import type { UploadDeps } from '../upload-deps.js';
import { hashPart } from './prepare-parts.js';
import { planParts } from './part-plan.js';

/** What the service knows of an upload: the only truth about what must still be sent. */
export type Ledger = NonNullable<FileQuery['file']>;

/** Asks the service for an upload; `undefined` when it has none with this id. */
export async function readLedger(
  deps: Pick<UploadDeps, 'transport' | 'network' | 'retries' | 'initialDelayMs' | 'onRetry'>,
  fileId: string,
  signal?: AbortSignal,
): Promise<Ledger | undefined> {
  const ask = (): Promise<FileQuery> => deps.transport.request(FileDocument, { id: fileId }, signal);
  return (await withRetries(deps, ask, signal)).file ?? undefined;
}

/** Why a file cannot be what an upload was begun with; `undefined` when it can. */
export async function differenceOf(
  { platform }: Pick<UploadDeps, 'platform'>,
  ledger: Ledger,
  blob: Blob,
  signal: AbortSignal,
): Promise<UploadError | undefined> {
  if (ledger.sizeBytes !== blob.size) {
    return changed(
      `The upload ${ledger.id} ("${ledger.name}") is of ${ledger.sizeBytes} bytes, the file has ${blob.size}: it is another one.`,
    );
  }
  for (const { partNumber, sha256 } of probesOf(ledger)) {
    const [part] = planParts(blob.size, ledger.upload, [partNumber]);
    if (part === undefined || sha256 === null) continue;
    if ((await hashPart({ platform, blob }, part, signal)) === sha256) continue;
    return changed(`Part ${partNumber} of the upload ${ledger.id} has other bytes: the file is another one.`);
  }
  return undefined;
}

/** The first and the last part that are there: files that were altered mostly differ at one of their ends. */
function probesOf({ upload: { parts } }: Ledger): Ledger['upload']['parts'] {
  const known = parts.filter(({ sha256 }) => sha256 !== null);
  return [...new Set([known[0], known.at(-1)])].filter((part) => part !== undefined);
}

const changed = (message: string): UploadError =>
  new UploadError(message, { code: 'FILE_CHANGED', category: 'client', retryable: false });
