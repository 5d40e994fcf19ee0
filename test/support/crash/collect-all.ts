import path from 'node:path';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { collectOrphans, type CollectReport } from '../../../src/usecases/collect-orphans.js';
import { openDatabase } from '../database.js';
import { createS3Store } from '../../../src/adapters/s3/s3-store.js';
import type { ObjectStore } from '../../../src/ports/object-store.js';
import type { StoreInventory } from '../../../src/ports/store-inventory.js';
import type { CrashProduct } from './crash-product.js';

/** Runs the collector over a product at rest, for which nothing is too young. */
export async function collectAll(crash: Collected): Promise<CollectReport> {
  const clock = createSystemClock();
  const database = openDatabase(crash.product.databaseUrl);
  try {
    return await collectOrphans({ files: createFileStore(database), objects: await openStore(crash) })({
      unchangedSince: new Date(clock.now().getTime() + 60_000),
      signal: new AbortController().signal,
      goOn: () => Promise.resolve(true),
    });
  } finally {
    await database.close();
  }
}

type Collected = Pick<CrashProduct, 'product' | 'store' | 'services' | 'bucketPrefix'>;

function openStore({
  product,
  store,
  services: { s3 },
  bucketPrefix,
}: Collected): Promise<ObjectStore & StoreInventory> {
  if (store === 's3') {
    return createS3Store({ ...s3, ingest: undefined, endpoint: new URL(s3.endpoint), bucketPrefix });
  }
  const root = path.join(product.dataDirectory, 'objects');
  return createFilesystemStore({ root, clock: createSystemClock() });
}
