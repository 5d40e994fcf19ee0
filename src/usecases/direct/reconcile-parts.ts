import { fault, FaultError, PermanentError } from '../../domain/errors.js';
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
import type { EventBus } from '../../ports/event-bus.js';
import type { FileStore, FileTransaction, TenantScope } from '../../ports/file-store.js';
import type { ObjectStore } from '../../ports/object-store.js';
import { announce, announceProgress } from '../announce.js';
import { applyCommand } from '../apply.js';
import { LOST } from '../refuse-bytes.js';

/** What reconciling needs. */
export interface ReconcileDeps {
  readonly files: FileStore;
  readonly objects: ObjectStore;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/**
 * How much of the store's list is looked at: all of it, or only what comes behind the parts that are there
 * without a gap, which is enough to see an upload grow.
 */
export type ReconcileExtent = 'all' | 'growth';

/** Whether clients may have sent parts of the upload straight to the store, and still can. */
export const takesDirectParts = ({ transferMode, state }: Pick<File, 'transferMode' | 'state'>): boolean =>
  transferMode === 'DIRECT' && isOpen(state);

/**
 * Makes the ledger of an open upload what the store lists. Nothing that a client says goes into it. Safe beside
 * other writers: what they have entered since the list was asked for stays.
 *
 * @throws TransientError of the store or the database; FaultError when the store has lost an open upload, as by a rule of
 *   its bucket
 */
export async function reconcileParts(
  deps: ReconcileDeps,
  file: File,
  extent: ReconcileExtent,
  signal?: AbortSignal,
): Promise<void> {
  const { files, objects } = deps;
  const handle = file.ingestHandle;
  if (!objects.direct || handle === null || !takesDirectParts(file)) return;
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
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    if (await hasEnded(files, scope, file)) return;
    throw new FaultError(fault('CONFLICT', { message: LOST }).fault, { cause: error });
  }
}

/** Does the same for the id that a client sent; one that is unknown is left to what comes next. */
export async function reconcileById(
  deps: ReconcileDeps,
  actor: TenantScope,
  id: string,
  extent: ReconcileExtent,
): Promise<void> {
  const fileId = parseFileId(id);
  if (!deps.objects.direct || !fileId) return;
  const file = await deps.files.transact(actor, (tx) => tx.find(fileId));
  if (file) await reconcileParts(deps, file, extent);
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
  if (corrected.isFirst) announce(bus, corrected.file);
  else announceProgress(bus, corrected.file);
}

/** The first part moves the file to RECEIVING. */
async function begin(tx: FileTransaction, file: File, at: Date): Promise<boolean> {
  if (file.state !== 'PENDING') return false;
  const moved = await applyCommand(tx, file, { kind: 'receive' }, at);
  if (!moved.ok) throw new PermanentError('postgres', 'A locked file was changed by somebody else.');
  return true;
}

async function hasEnded(files: FileStore, scope: TenantScope, { id }: File): Promise<boolean> {
  const file = await files.transact(scope, (tx) => tx.find(id));
  return !file || !isOpen(file.state);
}

/** On whose behalf the ledger is corrected: the tenant's, and of nobody's request. */
const reconcilerOf = ({ tenantId, id }: File): TenantScope => ({
  tenantId,
  subject: 'system:ledger',
  correlationId: `ledger-${id}`,
});
