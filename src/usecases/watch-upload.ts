import { authorise, type Actor } from '../domain/actor.js';
import { fault, type Outcome } from '../domain/errors.js';
import { isTerminal, type FileState } from '../domain/file-state.js';
import type { File } from '../domain/file.js';
import { parseFileId, type FileId } from '../domain/ids.js';
import { ok } from '../domain/result.js';
import type { Clock } from '../ports/clock.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore } from '../ports/file-store.js';
import type { followDirect } from './direct/follow-direct.js';
import { takesDirectParts } from './direct/reconcile-parts.js';
import { createPlaceInQueue, type PlaceInQueue } from './place-in-queue.js';
import { createWake } from './wake.js';

/** At most ten changes a second for each subscriber. */
const MIN_INTERVAL_MS = 100;
/** How long a change can go unseen when every wake-up is lost. */
const POLL_INTERVAL_MS = 1_000;

/** How long a part can go unseen that a client sent straight to the store. */
const DIRECT_POLL_INTERVAL_MS = 400;

/** How far an upload is. */
export interface UploadProgress {
  readonly file: File;
  readonly stage: FileState;
  readonly receivedBytes: number;
  readonly scannedBytes: number;
  /** Files of the tenant that are inspected before this one; `null` when it does not wait. */
  readonly queuePosition: number | null;
  readonly observedAt: Date;
}

/** What watching needs. */
export interface WatchDeps {
  readonly files: FileStore;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/** What watching one upload needs. */
export interface WatchUploadDeps extends WatchDeps {
  /** Looks how far an upload is whose parts go straight to the store. */
  readonly followDirect: ReturnType<typeof followDirect>;
}

/**
 * The current state first, then every change until the terminal state. What is sent is what the database
 * says, read under the subscriber's own row-level security; in between it is coalesced.
 */
export const watchUpload =
  (deps: WatchUploadDeps) =>
  async (actor: Actor, id: string, signal: AbortSignal): Promise<Outcome<AsyncGenerator<UploadProgress>>> => {
    const allowed = authorise(actor, 'file:read');
    if (!allowed.ok) return allowed;
    const fileId = parseFileId(id);
    const first = fileId && (await deps.files.transact(actor, (tx) => tx.find(fileId)));
    return first ? ok(progressOf(deps, actor, first.id, signal)) : fault('NOT_FOUND');
  };

async function* progressOf(
  deps: WatchUploadDeps,
  actor: Actor,
  fileId: FileId,
  signal: AbortSignal,
): AsyncGenerator<UploadProgress> {
  const wake = await createWake(deps, { kind: 'progress', tenantId: actor.tenantId, fileId });
  const placeInQueue = createPlaceInQueue(deps);
  let last: UploadProgress | undefined;
  let looking: Promise<void> | undefined;
  try {
    while (!signal.aborted) {
      const progress = await observe(deps, actor, fileId, placeInQueue);
      if (!progress) return;
      if (!last || hasMoved(last, progress)) yield progress;
      if (isTerminal(progress.stage)) return;
      last = progress;
      const isDirect = takesDirectParts(progress.file);
      // Not waited for: what it finds wakes us, and a store that is away holds nobody up.
      if (isDirect && !looking) {
        looking = look(deps, progress.file, signal).finally(() => (looking = undefined));
      }
      await deps.clock.sleep(MIN_INTERVAL_MS, signal);
      await wake.wait(isDirect ? DIRECT_POLL_INTERVAL_MS : POLL_INTERVAL_MS, signal);
    }
  } finally {
    wake.close();
  }
}

const look = (deps: WatchUploadDeps, { id, tenantId }: File, signal: AbortSignal): Promise<void> =>
  deps.followDirect({ fileId: id, tenantId }, signal).catch(() => undefined);

const observe = (
  { files, clock }: WatchDeps,
  actor: Actor,
  fileId: FileId,
  placeInQueue: PlaceInQueue,
): Promise<UploadProgress | undefined> =>
  files.transact(actor, async (tx) => {
    const file = await tx.find(fileId);
    if (!file) return undefined;
    return {
      file,
      stage: file.state,
      receivedBytes: file.receivedBytes,
      scannedBytes: file.scannedBytes,
      queuePosition: await placeInQueue(tx, file),
      observedAt: clock.now(),
    };
  });

const hasMoved = (before: UploadProgress, after: UploadProgress): boolean =>
  before.file.version !== after.file.version ||
  before.receivedBytes !== after.receivedBytes ||
  before.scannedBytes !== after.scannedBytes ||
  before.queuePosition !== after.queuePosition;
