import type { Clock } from '../ports/clock.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore, TenantScope } from '../ports/file-store.js';
import type { DownloadGrant } from '../ports/url-signer.js';
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

/**
 * Watches a file while it is sent out.
 *
 * @param signal - aborts when the download is over
 * @returns true once the file is not clean any more; false when the download was over before
 */
export async function watchWithdrawal(
  { files, bus, clock }: WatchWithdrawalDeps,
  scope: TenantScope,
  { tenantId, fileId }: DownloadGrant,
  signal: AbortSignal,
): Promise<boolean> {
  await clock.sleep(QUIET_MS, signal);
  if (isOver(signal)) return false;
  const wake = await createWake({ bus, clock }, { kind: 'progress', tenantId, fileId });
  try {
    for (;;) {
      const state = await files
        .transact(scope, async (tx) => (await tx.find(fileId))?.state)
        // A database that is away says nothing of the file.
        .catch(() => 'CLEAN' as const);
      if (state !== 'CLEAN') return true;
      await wake.wait(POLL_MS, signal);
      if (isOver(signal)) return false;
    }
  } finally {
    wake.close();
  }
}

const isOver = (signal: AbortSignal): boolean => signal.aborted;
