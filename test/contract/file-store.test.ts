import { DEVELOPMENT_TENANTS } from '../../src/domain/development-tenants.js';
import { createFileStore } from '../../src/adapters/postgres/file-store.js';
import { asSuperuser, createTestDatabase, openDatabase } from '../support/database.js';
import { describeFileStore, type FileStoreHarness } from './file-store.js';
import { describeIdempotencyKeys } from './idempotency-keys.js';

const open = (login: 'appUrl' | 'systemUrl') => async (): Promise<FileStoreHarness> => {
  const urls = await createTestDatabase();
  const database = openDatabase(urls[login]);
  return {
    store: createFileStore(database),
    leaveQuota: (bytes) =>
      asSuperuser(urls.ownerUrl, async (client) => {
        await client.query(
          `update tenants set quota_bytes = $1 + (select used_bytes from tenant_usage where tenant_id = id) where id = $2`,
          [bytes, DEVELOPMENT_TENANTS.acme.id],
        );
      }),
    close: async () => {
      await database.close();
      await urls.drop();
    },
  };
};

describeFileStore('postgres, as the API', open('appUrl'));
describeFileStore('postgres, as a worker', open('systemUrl'));
describeIdempotencyKeys('postgres', open('appUrl'));
