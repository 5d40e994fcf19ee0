import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/adapters/postgres/database.js';
import type { DatabaseConfig } from '../../../src/adapters/postgres/pool.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import type { Session, Sql } from '../../../src/adapters/postgres/session.js';
import { TransientError } from '../../../src/domain/errors.js';
import type { FileTransaction } from '../../../src/ports/file-store.js';
import { asSuperuser, createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import { ACME, GLOBEX, storeFile } from '../../support/stored-files.js';

const asTenant = ({
  tenantId,
  subject,
}: typeof ACME): { kind: 'tenant' } & Pick<typeof ACME, 'tenantId' | 'subject'> => ({
  kind: 'tenant',
  tenantId,
  subject,
});

describe('connections that break, and handles that are kept', () => {
  let urls: TestDatabase;
  const opened: Database[] = [];
  const open = (config: Partial<DatabaseConfig> = {}, url = urls.appUrl): Database => {
    const database = openDatabase(url, config);
    opened.push(database);
    return database;
  };
  beforeAll(async () => {
    urls = await createTestDatabase();
  });
  afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())));
  afterAll(() => urls.drop());

  const processOf = async (db: Sql): Promise<number> => {
    const [row] = await db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    return row?.pid ?? 0;
  };
  const kill = (pid: number): Promise<unknown> =>
    asSuperuser(urls.ownerUrl, (client) => client.query('select pg_terminate_backend($1, 5000)', [pid]));

  /** The backends that serve this database's app. */
  const processes = (): Promise<number[]> =>
    asSuperuser(urls.ownerUrl, async (client) => {
      const { rows } = await client.query<{ pid: number }>(
        `select pid from pg_stat_activity where datname = current_database() and usename = 'lazaret_app'`,
      );
      return rows.map(({ pid }) => pid);
    });

  it('a killed connection is replaced, and the work runs again from its beginning', async () => {
    const database = open({ poolSize: 1 });
    const used: number[] = [];
    const answer = await database.transaction(asTenant(ACME), async ({ sql: db }) => {
      used.push(await processOf(db));
      if (used.length === 1) await kill(used[0] ?? 0);
      await db.execute(sql`select 1`);
      return 'done';
    });
    expect(answer).toBe('done');
    expect(new Set(used).size).toBe(2);
  });

  it('a connection to a server that has become a read-only one is replaced', async () => {
    const database = open({ poolSize: 1 });
    const setReadOnly = (mode: 'on' | 'off'): Promise<unknown> =>
      asSuperuser(urls.ownerUrl, async (client) => {
        await client.query('set default_transaction_read_only = off');
        const name = client.escapeIdentifier(new URL(urls.ownerUrl).pathname.slice(1));
        await client.query(`alter database ${name} set default_transaction_read_only = ${mode}`);
      });
    // A session learns of it when it begins, and keeps to it.
    await setReadOnly('on');
    await database.check();
    await setReadOnly('off');
    await expect(storeFile(createFileStore(database), ACME)).resolves.toMatchObject({ state: 'PENDING' });
  });

  it('a connection is replaced at its age, and given up when nobody uses it', async () => {
    const aging = open({ poolSize: 1, maxLifetimeSeconds: 3 });
    const used = async (): Promise<number> =>
      aging.transaction(asTenant(ACME), ({ sql: db }) => processOf(db));
    const first = await used();
    expect(await used()).toBe(first);
    await expect.poll(used).not.toBe(first);
    const idle = open({ poolSize: 1, maxIdleSeconds: 1 });
    const lonely = await idle.transaction(asTenant(ACME), ({ sql: db }) => processOf(db));
    await expect.poll(processes).not.toContain(lonely);
  });

  it('nothing happens in a transaction that could not be opened, and why it could not is told', async () => {
    const database = open({ poolSize: 1 });
    const cause = vi.fn();
    // Whoever logs in as the app may not become the system.
    const work = async ({ sql: db }: Session): Promise<void> => {
      await db.execute(sql`select set_config('app.kept', 'yes', false)`).catch(cause);
      await db.execute(sql`create temporary table kept (id int)`).catch(cause);
    };
    await expect(database.transaction({ kind: 'system' }, work)).rejects.toThrow('SQLSTATE 42501');
    const causes = cause.mock.calls.map(([error]) => (error as { cause: Error }).cause);
    expect(causes).toMatchObject([{ message: 'SQLSTATE 25P02' }, { name: 'TransactionEndedError' }]);
    const [left] = await database.transaction({ kind: 'login' }, ({ sql: db }) =>
      db.execute(sql`select current_setting('app.kept', true) as kept, to_regclass('kept') as table`),
    );
    expect(left).toEqual({ kept: null, table: null });
  });

  it('a handle whose connection was killed never reads in the transaction of another tenant', async () => {
    const database = open({ poolSize: 1 });
    const store = createFileStore(database);
    const secret = await storeFile(store, GLOBEX);
    const kept: FileTransaction[] = [];
    await store.transact(ACME, async (tx) => {
      kept.push(tx);
      if (kept.length > 1) return;
      const [victim] = await processes();
      await kill(victim ?? 0);
      await tx.lastSequence();
    });
    expect(kept).toHaveLength(2);
    await store.transact(GLOBEX, async (tx) => {
      expect(await tx.find(secret.id)).toEqual(secret);
      for (const old of kept) await expect(old.find(secret.id)).rejects.toThrow('has ended');
    });
  });

  it('a handle that outlives its transaction reads nothing, by whatever way', async () => {
    const database = open({ poolSize: 1 });
    let kept: Sql | undefined;
    await database.transaction(asTenant(ACME), ({ sql: db }) => {
      kept = db;
      return Promise.resolve();
    });
    await database.transaction(asTenant(GLOBEX), async () => {
      const late = kept?.execute(sql`select * from files`);
      await expect(late).rejects.toMatchObject({ cause: { name: 'TransactionEndedError' } });
    });
  });

  it('a pool of one serves tenants in turn, and none sees another', async () => {
    const store = createFileStore(open({ poolSize: 1, connectTimeoutMs: 20_000 }));
    const mine = await storeFile(store, ACME, { name: 'turn.txt' });
    const scopes = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? ACME : GLOBEX));
    const seen = await Promise.all(
      scopes.map((scope) => store.transact(scope, async (tx) => (await tx.find(mine.id)) !== undefined)),
    );
    expect(seen).toEqual(scopes.map((scope) => scope === ACME));
  });

  it('a transaction without a tenant sees no row and leaves none set', async () => {
    const database = open({ poolSize: 1 });
    await storeFile(createFileStore(database), ACME);
    const rows = await database.transaction({ kind: 'login' }, ({ sql: db }) =>
      db.execute(sql`select * from files`),
    );
    expect(rows).toEqual([]);
    const [left] = await database.transaction({ kind: 'login' }, ({ sql: db }) =>
      db.execute(sql`select nullif(current_setting('app.tenant_id', true), '') as tenant`),
    );
    expect(left).toEqual({ tenant: null });
  });

  it('a subject of any characters is data', async () => {
    const database = open();
    for (const subject of [`'; drop table files; --`, `\\'"$1$$`, '文\n\t\u{1f600}']) {
      const [row] = await database.transaction(asTenant({ ...ACME, subject }), ({ sql: db }) =>
        db.execute(sql`select current_setting('app.subject') as subject`),
      );
      expect(row).toEqual({ subject });
    }
  });

  it('the API cannot become the system role', async () => {
    await expect(open().transaction({ kind: 'system' }, () => Promise.resolve())).rejects.toThrow(
      'SQLSTATE 42501',
    );
  });

  it('errors tell codes and names of the schema, never statements or values', async () => {
    const refused = open().transaction(asTenant(ACME), ({ sql: db }) =>
      db.execute(
        sql`insert into parts values (${ACME.tenantId}, gen_random_uuid(), 1, 1, ${'secret value'}, null)`,
      ),
    );
    const error: unknown = await refused.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'PermanentError', message: 'SQLSTATE 23503 (parts, parts_file)' });
    expect(error).not.toHaveProperty('cause');
  });

  it('an exhausted pool and a server that is away are transient, and quick', async () => {
    const database = open({ poolSize: 1, connectTimeoutMs: 200 });
    await database.transaction(asTenant(ACME), async () => {
      await expect(database.check()).rejects.toThrow(TransientError);
    });
    await database.check();
    const away = open({ connectTimeoutMs: 500 }, 'postgres://lazaret_app:x@127.0.0.1:1/nowhere');
    await expect(away.check()).rejects.toThrow(TransientError);
  });

  it('a statement that takes too long is cancelled, and the connection goes on', async () => {
    const database = open({ poolSize: 1, statementTimeoutMs: 100 });
    const slow = database.transaction(asTenant(ACME), ({ sql: db }) => db.execute(sql`select pg_sleep(30)`));
    await expect(slow).rejects.toThrow(/SQLSTATE 57014/);
    await database.check();
  });

  it('work that swallowed an error does not pass for committed', async () => {
    const swallowing = open().transaction(asTenant(ACME), async ({ sql: db }) => {
      await db.execute(sql`select 1/0`).catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow('commit of a failed transaction');
  });
});
