import { authorise, type Actor } from '../domain/actor.js';
import { fault, type Outcome } from '../domain/errors.js';
import type { FileState } from '../domain/file-state.js';
import type { File } from '../domain/file.js';
import type { Permission } from '../domain/permissions.js';
import type { FileCommand } from '../domain/transition.js';
import type { Clock } from '../ports/clock.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore, FileTransaction } from '../ports/file-store.js';
import type { ObjectStore } from '../ports/object-store.js';
import type { QuarantineArea } from '../ports/quarantine-area.js';
import { announce } from './announce.js';
import { applyCommand, lockFile } from './apply.js';
import { idempotently } from './idempotent.js';
import { removeBytes } from './remove-bytes.js';

/** Which file. */
export interface FileIdInput {
  readonly fileId: string;
  readonly idempotencyKey?: string | undefined;
}

/** What ending a file needs. */
export interface EndFileDeps {
  readonly files: FileStore;
  readonly objects: ObjectStore & QuarantineArea;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly settings: { readonly idempotencyTtlSeconds: number };
}

interface Ending {
  readonly operation: string;
  readonly permission: Permission;
  readonly command: FileCommand;
  readonly ended: FileState;
}

/**
 * Gives an unfinished upload up and releases its quota. Cancelling again changes nothing.
 *
 * @returns NOT_FOUND; CONFLICT when the upload is complete
 */
export const cancelUpload = (deps: EndFileDeps): EndFile =>
  endFile(deps, {
    operation: 'cancelUpload',
    permission: 'file:upload',
    command: { kind: 'cancel' },
    ended: 'CANCELLED',
  });

/**
 * Deletes a file whose upload is over; what stays is a tombstone without bytes. Deleting again changes nothing.
 *
 * @returns NOT_FOUND; CONFLICT while the file is being received or inspected
 */
export const deleteFile = (deps: EndFileDeps): EndFile =>
  endFile(deps, {
    operation: 'deleteFile',
    permission: 'file:delete',
    command: { kind: 'delete' },
    ended: 'DELETED',
  });

type EndFile = (actor: Actor, input: FileIdInput) => Promise<Outcome<File>>;

const endFile =
  (deps: EndFileDeps, ending: Ending): EndFile =>
  async (actor, input) => {
    const allowed = authorise(actor, ending.permission);
    if (!allowed.ok) return allowed;
    const ttlSeconds = deps.settings.idempotencyTtlSeconds;
    const request = { actor, operation: ending.operation, input, ttlSeconds };
    const outcome = await deps.files.transact(actor, (tx) =>
      idempotently(tx, request, () => end(tx, input.fileId, ending, deps.clock.now())),
    );
    if (outcome.ok) clearAway(deps, actor, outcome.value);
    return outcome;
  };

/**
 * Gives an upload up for the request that has opened it and told nobody, unless another one goes on with it.
 *
 * @param opened - as it was opened
 */
export const withdrawUpload =
  (deps: EndFileDeps) =>
  async (actor: Actor, opened: File): Promise<void> => {
    const outcome = await deps.files.transact(actor, async (tx) => {
      const locked = await lockFile(tx, opened.id);
      const isOurs = locked.ok && locked.value.appendToken === opened.appendToken;
      return isOurs
        ? applyCommand(tx, locked.value, { kind: 'cancel' }, deps.clock.now())
        : fault('CONFLICT');
    });
    if (outcome.ok) clearAway(deps, actor, outcome.value);
  };

/** The answer does not wait for the store: what fails here, the sweeper repeats. */
function clearAway(deps: EndFileDeps, actor: Actor, file: File): void {
  announce(deps.bus, file);
  void removeBytes(deps, actor, file).catch(() => undefined);
}

async function end(tx: FileTransaction, fileId: string, ending: Ending, at: Date): Promise<Outcome<File>> {
  const locked = await lockFile(tx, fileId);
  if (!locked.ok || locked.value.state === ending.ended) return locked;
  return applyCommand(tx, locked.value, ending.command, at);
}
