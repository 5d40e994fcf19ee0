import { afterAll, beforeAll } from 'vitest';
import { createFileStore } from '../../src/adapters/postgres/file-store.js';
import type { Database } from '../../src/adapters/postgres/database.js';
import type { FileStore } from '../../src/ports/file-store.js';
import { createTestDatabase, openDatabase, type TestDatabase } from './database.js';

/** The files of a database of its own. */
export interface TestFiles {
  readonly urls: TestDatabase;
  readonly store: FileStore;
}

/** Makes a database for the tests around it, and drops it after them. */
export function onFileStore(begin: (files: TestFiles) => void): void {
  let urls: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    urls = await createTestDatabase();
    database = openDatabase(urls.appUrl);
    begin({ urls, store: createFileStore(database) });
  });
  afterAll(async () => {
    await database.close();
    await urls.drop();
  });
}
