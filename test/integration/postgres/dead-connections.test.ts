import { sql as statement } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sql } from '../../../src/adapters/postgres/session.js';
import { asSuperuser, createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import { ACME, GLOBEX } from '../../support/stored-files.js';

/** Why docs/decisions/0001 chose `pg`: the same three steps with both drivers. */
describe('a handle whose connection died, used while another tenant has the next transaction', () => {
  let urls: TestDatabase;
  beforeAll(async () => {
    urls = await createTestDatabase();
  });
  afterAll(() => urls.drop());

  const kill = (pid: number): Promise<unknown> =>
    asSuperuser(urls.ownerUrl, (client) => client.query('select pg_terminate_backend($1, 5000)', [pid]));

  it('reads as that tenant with postgres.js, which is why it is not used', async () => {
    const driver = postgres(urls.appUrl, { max: 1, backoff: () => 0.01, onnotice: () => undefined });
    const kept: postgres.TransactionSql[] = [];
    const broken = driver.begin(async (tx) => {
      kept.push(tx);
      const [row] = await tx<{ pid: number }[]>`
        select pg_backend_pid() as pid, set_config('app.tenant_id', ${ACME.tenantId}, true)`;
      await kill(row?.pid ?? 0);
      await tx`select 1`;
    });
    await expect(broken).rejects.toThrow();
    const seen = await driver.begin(async (tx) => {
      await tx`select set_config('app.tenant_id', ${GLOBEX.tenantId}, true)`;
      const [old] = kept;
      const rows =
        old && (await old<{ tenant: string }[]>`select current_setting('app.tenant_id') as tenant`);
      return rows?.[0]?.tenant;
    });
    expect(seen).toBe(GLOBEX.tenantId);
    await driver.end();
  });

  it('is refused with our wrapper of pg', async () => {
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
