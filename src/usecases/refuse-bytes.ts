import { fault, UploadGoneError, type PermanentError } from '../domain/errors.js';
import { isOpen } from '../domain/file-state.js';
import type { File } from '../domain/file.js';
import { ENTRIES_OF_LOSS } from '../domain/saga-entry.js';
import type { Clock } from '../ports/clock.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore, FileTransaction, TenantScope } from '../ports/file-store.js';
import { announce } from './announce.js';
import { applyCommand } from './apply.js';

/** What refusing needs. */
export interface RefuseBytesDeps {
  readonly files: FileStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  /** Is told of every open upload that the store has lost. @default nobody is */
  readonly onLost?: (file: File) => void;
}

/** What the sender of an upload is told that the store has lost. */
export const LOST = 'The store does not have this upload any more: begin a new one.';

/** Why a file that is not open takes no parts. */
export const tooLate = ({ state }: Pick<File, 'state'>): ReturnType<typeof fault> =>
  fault('CONFLICT', { message: `The upload is ${state}: it takes no parts.` });

/**
 * Says why a store has refused bytes for good. They may have been on their way when their upload ended. Where it is open and
 * the store has lost it, it ends now: its sender would go on trying for as long as it stays open, and whoever resumes it too.
 *
 * @returns CONFLICT; `undefined` where the upload is not the reason
 */
export async function refuseBytes(
  { files, bus, clock, onLost }: RefuseBytesDeps,
  scope: TenantScope,
  { id }: Pick<File, 'id'>,
  error: PermanentError,
): Promise<ReturnType<typeof fault> | undefined> {
  const { file, hasEnded } = await files.transact(scope, async (tx) => {
    // Under the lock of the row: an upload that is open there was ended by nobody.
    const found = await tx.findForUpdate(id);
    const isLost = found && isOpen(found.state) && error instanceof UploadGoneError;
    return { file: found, hasEnded: isLost ? await end(tx, found, clock.now()) : false };
  });
  if (!file) return undefined;
  if (!isOpen(file.state)) return tooLate(file);
  if (!hasEnded) return undefined;
  announce(bus, file);
  onLost?.(file);
  return fault('CONFLICT', { message: LOST });
}

async function end(tx: FileTransaction, file: File, at: Date): Promise<boolean> {
  await tx.logSteps(file.id, ENTRIES_OF_LOSS);
  return (await applyCommand(tx, file, { kind: 'expire' }, at)).ok;
}
