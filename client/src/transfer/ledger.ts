import { withRetries } from '../api/retry.js';
import { FileDocument, type FileQuery } from '../generated/graphql.js';
import type { UploadDeps } from '../upload-deps.js';

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
