import type { TenantId } from '../domain/ids.js';
import type { Clock } from '../ports/clock.js';
import type { FileStore } from '../ports/file-store.js';
import { maintainerOf } from './maintainer.js';

/** Counts how often copies are sent out. */
export interface DownloadCounter {
  /** Costs no write of its own. */
  count(tenantId: TenantId, vaultKey: string): void;
}

/** How long a count is kept in memory. */
const FLUSH_MS = 10_000;
/** Most copies that are kept; beyond them downloads are not counted. */
const MAX_COPIES = 10_000;

/**
 * Gathers counts in memory and writes them down every few seconds. They only order examinations, so those that a
 * crash or an absent database loses are not missed.
 */
export function createDownloadCounter({
  files,
  clock,
}: {
  readonly files: FileStore;
  readonly clock: Clock;
}): DownloadCounter {
  let counts = new Map<TenantId, Map<string, number>>();
  let size = 0;
  const flush = async (): Promise<void> => {
    await clock.sleep(FLUSH_MS);
    const full = counts;
    counts = new Map();
    size = 0;
    for (const [tenantId, ofTenant] of full) {
      const written = files.transact(maintainerOf(tenantId), (tx) => tx.countDownloads(ofTenant));
      await written.catch(() => undefined);
    }
  };
  return {
    count(tenantId, vaultKey) {
      if (size >= MAX_COPIES) return;
      if (size === 0) void flush();
      const ofTenant = counts.get(tenantId) ?? new Map<string, number>();
      counts.set(tenantId, ofTenant);
      if (!ofTenant.has(vaultKey)) size += 1;
      ofTenant.set(vaultKey, (ofTenant.get(vaultKey) ?? 0) + 1);
    },
  };
}
