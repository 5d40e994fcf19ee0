import { PermanentError, TransientError, UploadGoneError, type fault } from '../../domain/errors.js';
import {
  compareParts,
  contiguousParts,
  withoutOvertaken,
  type PartDifference,
} from '../../domain/compare-parts.js';
import { isOpen } from '../../domain/file-state.js';
import type { File, Part } from '../../domain/file.js';
import { parseFileId } from '../../domain/ids.js';
import type { Clock } from '../../ports/clock.js';
import type { FileTransaction, TenantScope } from '../../ports/file-store.js';
import { announceBytes } from '../announce.js';
import { applyCommand } from '../apply.js';
import { endIfLost, lostUpload, type EndIfLostDeps } from '../end-if-lost.js';

/** What reconciling needs. */
export type ReconcileDeps = EndIfLostDeps;

/** Not all of a store may know an upload at once that was opened in a part of it; what is older was known everywhere. */
const SETTLING_MS = 10_000;

/**
 * How much of the store's list is looked at: all of it, or only what comes behind the parts that are there
 * without a gap, which is enough to see an upload grow.
 */
export type ReconcileExtent = 'all' | 'growth';

/** What whoever goes on with a lost upload is told. */
type LostUpload = ReturnType<typeof fault>;

/** Whether clients may have sent parts of the upload straight to the store, and still can. */
export const takesDirectParts = ({ transferMode, state }: Pick<File, 'transferMode' | 'state'>): boolean =>
  transferMode === 'DIRECT' && isOpen(state);

/**
 * Makes the ledger of an open upload what the store lists. Nothing that a client says goes into it. Safe beside
 * other writers: what they have entered since the list was asked for stays. An upload that the store has lost, as by a rule
 * of its bucket, ends.
 *
 * @returns CONFLICT where it has ended so just now
 * @throws TransientError of the store or the database, and while an upload that is not found may be too new for that
 */
export async function reconcileParts(
  deps: ReconcileDeps,
  file: File,
  extent: ReconcileExtent,
  signal?: AbortSignal,
): Promise<LostUpload | undefined> {
  const { files, objects } = deps;
  const handle = file.ingestHandle;
  if (!objects.direct || handle === null || !takesDirectParts(file)) return undefined;
  const scope = reconcilerOf(file);
  // Read before the list: what is in the ledger by then is in the list as well.
  const ledger = await files.transact(scope, (tx) => tx.parts(file.id));
  const afterPart = extent === 'all' ? 0 : contiguousParts(ledger);
  try {
    const upload = { key: file.ingestKey, handle };
    const listed = await objects.direct.listParts(upload, afterPart, signal);
    const difference = compareParts(file, ledger, listed, afterPart);
    const isSame = difference.enter.length + difference.drop.length === 0;
    if (!isSame) await correct(deps, scope, file, ledger, difference);
    return undefined;
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return explain(deps, scope, file, error);
  }
}

/** Says what a refusal of the store means for an upload. */
async function explain(
  deps: ReconcileDeps,
  scope: TenantScope,
  file: File,
  error: PermanentError,
): Promise<LostUpload | undefined> {
  const isNew = error instanceof UploadGoneError && isSettling(file, deps.clock);
  const { standing } = await endIfLost(deps, scope, file, error, !isNew);
  if (standing === 'open') throw isNew ? unknownYet(error) : error;
  return standing === 'lost' ? lostUpload() : undefined;
}

const unknownYet = (cause: PermanentError): TransientError =>
  new TransientError(cause.dependency, 'The store does not know the new upload yet.', { cause });

/** Whether an upload is so new that a store which does not find it may be wrong. */
export const isSettling = ({ createdAt }: Pick<File, 'createdAt'>, clock: Clock): boolean =>
  clock.now().getTime() - createdAt.getTime() < SETTLING_MS;

/** Does the same for the id that a client sent; one that is unknown is left to what comes next. @returns as it does */
export async function reconcileById(
  deps: ReconcileDeps,
  actor: TenantScope,
  id: string,
  extent: ReconcileExtent,
): Promise<LostUpload | undefined> {
  const fileId = parseFileId(id);
  if (!deps.objects.direct || !fileId) return undefined;
  const file = await deps.files.transact(actor, (tx) => tx.find(fileId));
  return file && reconcileParts(deps, file, extent);
}

async function correct(
  { files, objects, bus, clock }: ReconcileDeps,
  scope: TenantScope,
  { id }: File,
  before: readonly Part[],
  difference: PartDifference,
): Promise<void> {
  const corrected = await files.transact(scope, async (tx) => {
    const file = await tx.findForUpdate(id);
    if (!file || !isOpen(file.state)) return undefined;
    const { enter, drop } = withoutOvertaken(difference, before, await tx.parts(id));
    if (enter.length + drop.length === 0) return undefined;
    const dropped = drop.map(({ partNumber }) => partNumber);
    const { receivedBytes, droppedFragments } = await tx.correctLedger(id, { enter, drop: dropped });
    await tx.noteDirectMove(id);
    return { file, droppedFragments, isFirst: await begin(tx, { ...file, receivedBytes }, clock.now()) };
  });
  if (!corrected) return;
  for (const key of corrected.droppedFragments) {
    await objects.remove({ area: 'ingest', key }).catch(() => undefined);
  }
  announceBytes(bus, corrected.file, corrected.isFirst);
}

/** The first part moves the file to RECEIVING. */
async function begin(tx: FileTransaction, file: File, at: Date): Promise<boolean> {
  if (file.state !== 'PENDING') return false;
  const moved = await applyCommand(tx, file, { kind: 'receive' }, at);
  if (!moved.ok) throw new PermanentError('postgres', 'A locked file was changed by somebody else.');
  return true;
}

/** On whose behalf the ledger is corrected: the tenant's, and of nobody's request. */
const reconcilerOf = ({ tenantId, id }: File): TenantScope => ({
  tenantId,
  subject: 'system:ledger',
  correlationId: `ledger-${id}`,
});
