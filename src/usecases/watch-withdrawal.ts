import type { Clock } from '../ports/clock.js';
import type { FileId } from '../domain/ids.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore, FileTransaction, TenantScope } from '../ports/file-store.js';
import { createWake } from './wake.js';

/** What watching needs. */
export interface WatchWithdrawalDeps {
  readonly files: FileStore;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/** Downloads that are over before this are not watched: they cost nothing more. */
const QUIET_MS = 500;
/** How long a withdrawal can go unseen when its wake-up is lost. */
const POLL_MS = 5_000;

/** Under what content is sent out. Whatever ends it wakes who watches the progress of the file. */
export interface Allowance {
  readonly fileId: FileId;
  readonly holds: (tx: FileTransaction) => Promise<boolean>;
}

/**
 * Watches whether content may still be read while it is sent out.
 *
 * @param signal - aborts when the download is over
 * @returns true once it may not be read any more; false when the download was over before
 */
export async function watchWithdrawal(
  { files, bus, clock }: WatchWithdrawalDeps,
  scope: TenantScope,
  { fileId, holds }: Allowance,
  signal: AbortSignal,
): Promise<boolean> {
  await clock.sleep(QUIET_MS, signal);
  if (isOver(signal)) return false;
  const wake = await createWake({ bus, clock }, { kind: 'progress', tenantId: scope.tenantId, fileId });
  try {
    for (;;) {
      // A database that is away says nothing of the file.
      const isAllowed = await files.transact(scope, holds).catch(() => true);
      if (!isAllowed) return true;
      await wake.wait(POLL_MS, signal);
      if (isOver(signal)) return false;
    }
  } finally {
    wake.close();
  }
}

const isOver = (signal: AbortSignal): boolean => signal.aborted;
