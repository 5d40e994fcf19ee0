import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/adapters/postgres/database.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import { createOutbox } from '../../../src/adapters/postgres/outbox.js';
import { assertRowLevelSecurity } from '../../../src/adapters/postgres/privileges.js';
import { createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import { startPgBouncer, type PgBouncer } from '../../support/pgbouncer.js';
import { ACME, GLOBEX, storeFile } from '../../support/stored-files.js';

describe('behind PgBouncer in transaction mode, with two connections for everybody', () => {
  let urls: TestDatabase;
  let bouncer: PgBouncer;
  let database: Database;
  beforeAll(async () => {
    urls = await createTestDatabase();
    bouncer = await startPgBouncer(urls.systemUrl, 2);
    database = openDatabase(bouncer.url, { poolSize: 20, preparesStatements: false });
  });
  afterAll(async () => {
    await database.close();
    await bouncer.stop();
    await urls.drop();
  });

  it('the start-up check passes', async () => {
    await assertRowLevelSecurity(database);
  });

  it('tenants that share connections never see each other, and work across tenants goes on', async () => {
    const store = createFileStore(database);
    const files = { acme: await storeFile(store, ACME), globex: await storeFile(store, GLOBEX) };
    const rounds = Array.from({ length: 120 }, async (_, index) => {
      const [scope, mine, other] =
        index % 2 === 0
          ? ([ACME, files.acme, files.globex] as const)
          : ([GLOBEX, files.globex, files.acme] as const);
      if (index % 5 === 0) await createOutbox(database).take(10);
      return await store.transact(scope, async (tx) => {
        const seen = [await tx.find(mine.id), await tx.find(other.id)];
        return seen[0] !== undefined && seen[1] === undefined;
      });
    });
    expect((await Promise.all(rounds)).every(Boolean)).toBe(true);
  });

  it('nothing that a transaction has set is there for the next one', async () => {
    await createFileStore(database).transact(ACME, (tx) => tx.lastSequence());
    const states = await Promise.all(
      Array.from({ length: 10 }, () =>
        database.transaction({ kind: 'login' }, ({ sql: db }) =>
          db.execute(
            sql`select current_user::text as role, current_setting('app.tenant_id', true) as tenant`,
          ),
        ),
      ),
    );
    expect(new Set(states.map((rows) => JSON.stringify(rows)))).toEqual(
      new Set([JSON.stringify([{ role: 'lazaret_system', tenant: '' }])]),
    );
  });
});
