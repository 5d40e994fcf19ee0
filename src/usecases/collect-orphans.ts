import type { FileId, TenantId } from '../domain/ids.js';
import { isClaimed, readStoredKey, type StoredBytes } from '../domain/stored-bytes.js';
import type { FileStore } from '../ports/file-store.js';
import type { StoredItem, StoreInventory } from '../ports/store-inventory.js';
import { inBatches } from './in-batches.js';
import { maintainerOf } from './maintainer.js';

/** What collecting needs. */
export interface CollectOrphansDeps {
  readonly files: FileStore;
  readonly objects: StoreInventory;
}

/** One run. */
export interface CollectRun {
  /** What was touched since stays, whatever the database says of it. */
  readonly unchangedSince: Date;
  readonly signal: AbortSignal;
  /** Asked before each batch; the run ends early when it says no. */
  readonly goOn: () => Promise<boolean>;
}

/** What bytes were for that nobody refers to. */
export type OrphanKind = StoredBytes['purpose'] | 'upload' | 'scratch';

/** How many of a kind. */
export interface OrphanCount {
  readonly found: number;
  readonly removed: number;
  readonly removedBytes: number;
}

/** What one run came to. */
export interface CollectReport {
  readonly kinds: Readonly<Record<OrphanKind, OrphanCount>>;
  /** Seen, old enough, and referred to. */
  readonly kept: number;
  /** Seen, and not ours to judge: keys of another form, or of tenants that the database does not know. */
  readonly foreign: number;
  /** Of the first removal that failed; what it was for stays for the next run. */
  readonly cause?: unknown;
  /** Whether everything was looked at. */
  readonly isComplete: boolean;
}

/** Items that are asked for in one transaction. */
const BATCH_ITEMS = 500;
/** Removals at the same time. */
const WIDTH = 8;
/** Most removals of one run; the next run goes on. */
const MAX_REMOVALS = 50_000;

const NONE: OrphanCount = { found: 0, removed: 0, removedBytes: 0 };

interface Tally {
  readonly kinds: Record<OrphanKind, OrphanCount>;
  kept: number;
  foreign: number;
  causes: unknown[];
}

/**
 * Removes what lies in the store and no row refers to: uploads that were begun for nothing, fragments and sealed
 * copies of processes that died, and what they left without a name.
 *
 * Never what is live, by the order of its three steps. First the store is looked through, for what nobody has touched
 * for longer than any session and any lease; then the database is asked; then what it does not know is removed. A row
 * that appears between the first two steps is seen by the second. None appears after it: {@link isClaimed} says no only
 * of bytes that no row can come to name any more. Removal names one thing, its attempt or its handle, so it never hits what
 * took its place. So it is safe beside uploads, inspections, other collectors and the sweeper.
 *
 * @throws TransientError when the store or the database is away; what was removed stays removed
 */
export const collectOrphans =
  ({ files, objects }: CollectOrphansDeps) =>
  async (run: CollectRun): Promise<CollectReport> => {
    const { unchangedSince, signal } = run;
    const tally: Tally = { kinds: noOrphans(), kept: 0, foreign: 0, causes: [] };
    let isComplete = true;
    for await (const batch of inBatches(objects.list({ unchangedSince, signal }), BATCH_ITEMS, tenantOf)) {
      isComplete = countRemoved(tally) < MAX_REMOVALS && (await run.goOn());
      if (!isComplete) break;
      await collectBatch(files, batch, tally, signal);
    }
    const { causes, ...counts } = tally;
    return { ...counts, isComplete, ...(causes.length > 0 ? { cause: causes[0] } : {}) };
  };

const noOrphans = (): Record<OrphanKind, OrphanCount> => ({
  staged: NONE,
  fragment: NONE,
  sealed: NONE,
  quarantined: NONE,
  upload: NONE,
  scratch: NONE,
});

const countRemoved = ({ kinds }: Tally): number =>
  Object.values(kinds).reduce((sum, { removed }) => sum + removed, 0);

const bytesOf = ({ area, key }: StoredItem): StoredBytes | undefined =>
  area === null ? undefined : readStoredKey(area, key);

const tenantOf = (item: StoredItem): TenantId | undefined => bytesOf(item)?.tenantId;

async function collectBatch(
  files: FileStore,
  batch: readonly StoredItem[],
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const orphans: (readonly [OrphanKind, StoredItem])[] = [];
  for (const [item, standing] of await judge(files, batch)) {
    if (standing === 'kept') tally.kept += 1;
    else if (standing === 'foreign') tally.foreign += 1;
    else orphans.push([standing, item]);
  }
  for (let start = 0; start < orphans.length && !signal.aborted; start += WIDTH) {
    await Promise.all(
      orphans.slice(start, start + WIDTH).map(([kind, item]) => removeOne(kind, item, tally, signal)),
    );
  }
}

type Standing = OrphanKind | 'kept' | 'foreign';

/** All items of a batch are of one tenant, or of none. */
async function judge(
  files: FileStore,
  batch: readonly StoredItem[],
): Promise<(readonly [StoredItem, Standing])[]> {
  const known = batch.flatMap((item) => {
    const bytes = bytesOf(item);
    return bytes ? [{ item, bytes }] : [];
  });
  const tenantId = known[0]?.bytes.tenantId;
  if (tenantId === undefined) {
    return batch.map((item) => [item, item.kind === 'scratch' ? 'scratch' : 'foreign'] as const);
  }
  const claims = await files.transact(maintainerOf(tenantId), async (tx) => {
    // A tenant that is not there says that this is not the database of this store.
    if (!(await tx.tenant())) return undefined;
    const ids = new Set<FileId>(known.map(({ bytes }) => bytes.fileId));
    return tx.claims(
      [...ids],
      known.map(({ item }) => item.key),
    );
  });
  return known.map(({ item, bytes }) => {
    if (!claims) return [item, 'foreign'] as const;
    const isUpload = item.kind === 'upload';
    const isNamedBy = isUpload ? (handle: string) => item.isNamedBy(handle) : undefined;
    const isLive = isClaimed(bytes, item.key, claims, isNamedBy);
    return [item, isLive ? 'kept' : isUpload ? 'upload' : bytes.purpose] as const;
  });
}

async function removeOne(
  kind: OrphanKind,
  item: StoredItem,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const add = (change: Partial<OrphanCount>): void => {
    const { found, removed, removedBytes } = tally.kinds[kind];
    tally.kinds[kind] = {
      found: found + (change.found ?? 0),
      removed: removed + (change.removed ?? 0),
      removedBytes: removedBytes + (change.removedBytes ?? 0),
    };
  };
  add({ found: 1 });
  try {
    const removedBytes = await item.sizeBytes(signal);
    await item.remove(signal);
    add({ removed: 1, removedBytes });
  } catch (error) {
    tally.causes.push(error);
  }
}
