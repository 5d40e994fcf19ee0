import { fault, UploadGoneError } from '../domain/errors.js';
import { isOpen } from '../domain/file-state.js';
import type { File } from '../domain/file.js';
import { ENTRIES_OF_LOSS } from '../domain/saga-entry.js';
import type { Clock } from '../ports/clock.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore, FileTransaction, TenantScope } from '../ports/file-store.js';
import type { ObjectStore } from '../ports/object-store.js';
import { announce } from './announce.js';
import { applyCommand } from './apply.js';

/** What ending a lost upload needs. */
export interface EndIfLostDeps {
  readonly files: FileStore;
  readonly objects: ObjectStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  /** Is told of every open upload that the store has lost. @default nobody is */
  readonly onLost?: (file: File) => void;
}

/**
 * What an upload is of which the store has refused something: `lost` has ended now because of that, `over` had ended before,
 * `whole` is open and its bytes are an object already, `open` is not the reason.
 */
export type Standing = 'lost' | 'over' | 'whole' | 'open';

/** What the sender of an upload is told that the store has lost. */
export const lostUpload = (): ReturnType<typeof fault> =>
  fault('CONFLICT', { message: 'The store does not have this upload any more: begin a new one.' });

/**
 * Ends an upload that is open and that the store has lost. Its sender would go on trying for as long as it stays open, and
 * whoever resumes it too.
 *
 * @param error - by which the store has refused something of it
 * @param isBelieved - whether it ends where the store says that there is no such upload; @default true
 * @throws TransientError of the store or the database: then nothing is known
 */
export async function endIfLost(
  deps: EndIfLostDeps,
  scope: TenantScope,
  upload: Pick<File, 'id' | 'ingestKey' | 'ingestHandle'>,
  error: unknown,
  isBelieved = true,
): Promise<{ readonly standing: Standing; readonly file: File | undefined }> {
  const { files, objects, clock } = deps;
  // A fragment may be an upload of its own for a while: what became of that says nothing of this one.
  const isGone = error instanceof UploadGoneError && error.key === upload.ingestKey;
  // Parts that were put together are no upload any more. Those of an open one are where a copy of them came to nothing.
  const isWhole = isGone && (await objects.stat({ area: 'ingest', key: upload.ingestKey })) !== undefined;
  const found = await files.transact(scope, async (tx) => {
    // Under the lock of the row: an upload that is open there was ended by nobody.
    const file = await tx.findForUpdate(upload.id);
    if (!file || !isOpen(file.state)) return { standing: 'over' as const, file };
    if (isWhole) return { standing: 'whole' as const, file };
    const isLost = isGone && isBelieved && file.ingestHandle === upload.ingestHandle;
    const hasEnded = isLost && (await expireLost(tx, file, clock.now()));
    return { standing: hasEnded ? ('lost' as const) : ('open' as const), file };
  });
  if (found.standing === 'lost') tellOfLoss(deps, found.file);
  return found;
}

/** Ends an upload that is known to be lost, and that the transaction has locked. */
export async function expireLost(tx: FileTransaction, file: File, at: Date): Promise<boolean> {
  await tx.logSteps(file.id, ENTRIES_OF_LOSS);
  return (await applyCommand(tx, file, { kind: 'expire' }, at)).ok;
}

/** Tells those who watch it, and operators, once that is committed. */
export function tellOfLoss({ bus, onLost }: Pick<EndIfLostDeps, 'bus' | 'onLost'>, file: File): void {
  announce(bus, file);
  onLost?.(file);
}
