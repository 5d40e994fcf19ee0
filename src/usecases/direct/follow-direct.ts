import type { fault } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import type { DueFile } from '../../ports/backlog.js';
import type { TenantScope } from '../../ports/file-store.js';
import { reconcileParts, takesDirectParts, type ReconcileDeps } from './reconcile-parts.js';

/** However many look, the store is asked about one upload at most about three times a second. */
const MIN_AGE_MS = 350;

/**
 * Looks how far an upload is whose parts go straight to the store, unless somebody has just looked.
 *
 * @returns a function of any open or ended file
 * @throws TransientError as `reconcileParts`
 */
export const followDirect =
  (deps: ReconcileDeps) =>
  async (due: DueFile, signal?: AbortSignal): Promise<void> => {
    await lookAtDirect(deps, due, signal);
  };

/** The same once, for whoever wants to know what `reconcileParts` returns. */
export async function lookAtDirect(
  deps: ReconcileDeps,
  due: DueFile,
  signal?: AbortSignal,
): Promise<ReturnType<typeof fault> | undefined> {
  const file = await deps.files.transact(followerOf(due), (tx) => claim(tx, due));
  return file && reconcileParts(deps, file, 'growth', signal);
}

async function claim(
  tx: Parameters<Parameters<ReconcileDeps['files']['transact']>[1]>[0],
  { fileId }: DueFile,
): Promise<File | undefined> {
  const file = await tx.find(fileId);
  if (!file || !takesDirectParts(file)) return undefined;
  return (await tx.claimListing(fileId, MIN_AGE_MS)) ? file : undefined;
}

const followerOf = ({ tenantId, fileId }: DueFile): TenantScope => ({
  tenantId,
  subject: 'system:ledger',
  correlationId: `ledger-${fileId}`,
});
