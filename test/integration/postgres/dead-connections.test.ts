import { sql as statement } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sql } from '../../../src/adapters/postgres/session.js';
import { asSuperuser, createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import { ACME, GLOBEX } from '../../support/stored-files.js';

/** What made docs/decisions/0001 choose `pg`. */
describe('a handle whose connection died, used while another tenant has the next transaction', () => {
  let urls: TestDatabase;
  beforeAll(async () => {
    urls = await createTestDatabase();
  });
  afterAll(() => urls.drop());

  const kill = (pid: number): Promise<unknown> =>
    asSuperuser(urls.ownerUrl, (client) => client.query('select pg_terminate_backend($1, 5000)', [pid]));

  it('is refused', async () => {
    const database = openDatabase(urls.appUrl, { poolSize: 1 });
    const kept: Sql[] = [];
    const { subject } = ACME;
    await database.transaction({ kind: 'tenant', tenantId: ACME.tenantId, subject }, async ({ sql }) => {
      kept.push(sql);
      if (kept.length > 1) return;
      const [row] = await sql.execute<{ pid: number }>(statement`select pg_backend_pid() as pid`);
      await kill(row?.pid ?? 0);
      await sql.execute(statement`select 1`);
    });
    await database.transaction({ kind: 'tenant', tenantId: GLOBEX.tenantId, subject }, async () => {
      for (const old of kept) {
        const late = old.execute(statement`select current_setting('app.tenant_id') as tenant`);
        await expect(late).rejects.toMatchObject({ cause: { name: 'TransactionEndedError' } });
      }
    });
    expect(kept).toHaveLength(2);
    await database.close();
  });
});
