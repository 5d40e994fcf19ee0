import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/adapters/postgres/database.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import type { FileStore } from '../../../src/ports/file-store.js';
import { asSuperuser, createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import { ACME, advance, draftFile, storeFile } from '../../support/stored-files.js';

describe('the quota of a tenant', () => {
  let urls: TestDatabase;
  let database: Database;
  let store: FileStore;
  beforeAll(async () => {
    urls = await createTestDatabase();
    database = openDatabase(urls.appUrl, { poolSize: 20, connectTimeoutMs: 30_000 });
    store = createFileStore(database);
  });
  afterAll(async () => {
    await database.close();
    await urls.drop();
  });

  const usage = (): Promise<{ used_bytes: string; file_count: string } | undefined> =>
    asSuperuser(urls.ownerUrl, async (client) => {
      const { rows } = await client.query<{ used_bytes: string; file_count: string }>(
        'select used_bytes, file_count from tenant_usage where tenant_id = $1',
        [ACME.tenantId],
      );
      return rows[0];
    });

  it('is never over-committed by a hundred creations at once', async () => {
    await asSuperuser(urls.ownerUrl, (client) => client.query('update tenants set quota_bytes = 375'));
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, () =>
        store.transact(ACME, (tx) => tx.insert(draftFile(ACME, { sizeBytes: 10 }))),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(37);
    expect(outcomes.filter((outcome) => outcome === 'quota-exceeded')).toHaveLength(63);
    expect(await usage()).toEqual({ used_bytes: '370', file_count: '37' });
  });

  it('equals what the files hold after many uploads, ends and deletions in parallel', async () => {
    await asSuperuser(urls.ownerUrl, (client) => client.query('update tenants set quota_bytes = 100000'));
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const { id } = await storeFile(store, ACME, { sizeBytes: index % 3 === 0 ? null : index });
        await store
          .transact(ACME, (tx) => tx.putPart(id, { partNumber: 1, sizeBytes: 1, etag: 'e', sha256: null }))
          .catch(() => undefined);
        if (index % 2 === 0) await advance(store, ACME, id, { kind: 'cancel' });
        if (index % 4 === 0) await advance(store, ACME, id, { kind: 'delete' });
      }),
    );
    const held = await asSuperuser(urls.ownerUrl, async (client) => {
      const { rows } = await client.query<{ used_bytes: string; file_count: string }>(
        `select coalesce(sum(coalesce(size_bytes, received_bytes)), 0)::text as used_bytes, count(*)::text as file_count
         from files where tenant_id = $1 and state not in ('CANCELLED', 'EXPIRED', 'DELETED')`,
        [ACME.tenantId],
      );
      return rows[0];
    });
    expect(await usage()).toEqual(held);
  });
});
