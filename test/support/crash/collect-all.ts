import path from 'node:path';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { collectOrphans, type CollectReport } from '../../../src/usecases/collect-orphans.js';
import { openDatabase } from '../database.js';
import type { Product } from '../product.js';

/** Runs the collector over a product at rest, for which nothing is too young. */
export async function collectAll({ dataDirectory, databaseUrl }: Product): Promise<CollectReport> {
  const clock = createSystemClock();
  const database = openDatabase(databaseUrl);
  try {
    const objects = await createFilesystemStore({ root: path.join(dataDirectory, 'objects'), clock });
    return await collectOrphans({ files: createFileStore(database), objects })({
      unchangedSince: new Date(clock.now().getTime() + 60_000),
      signal: new AbortController().signal,
      goOn: () => Promise.resolve(true),
    });
  } finally {
    await database.close();
  }
}
