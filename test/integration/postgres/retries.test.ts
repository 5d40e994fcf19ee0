import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createDatabase,
  type Database,
  type TransactionReport,
} from '../../../src/adapters/postgres/database.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import { TransientError, UncertainError } from '../../../src/domain/errors.js';
import { createTestDatabase, TEST_DATABASE_CONFIG, type TestDatabase } from '../../support/database.js';
import { cutAfter, type Cutter } from '../../support/cut-after.js';
import { ACME, storeFile } from '../../support/stored-files.js';

describe('transactions that are run again', () => {
  let urls: TestDatabase;
  let database: Database;
  const reports: TransactionReport[] = [];
  const principal = { kind: 'tenant', tenantId: ACME.tenantId, subject: ACME.subject } as const;
  const hooks = {
    logger: { warn: () => undefined },
    onTransaction: (report: TransactionReport) => void reports.push(report),
  };
  beforeAll(async () => {
    urls = await createTestDatabase();
    database = createDatabase({ ...TEST_DATABASE_CONFIG, url: urls.appUrl }, hooks);
  });
  afterAll(async () => {
    await database.close();
    await urls.drop();
  });

  it('two that deadlock both end well', async () => {
    const store = createFileStore(database);
    const [first, second] = [await storeFile(store, ACME), await storeFile(store, ACME)];
    let runs = 0;
    let held = 0;
    let arrived: (() => void) | undefined;
    const bothHoldOne = new Promise<void>((resolve) => (arrived = resolve));
    const lockBoth = (order: readonly (typeof first)[]): Promise<string> =>
      store.transact(ACME, async (tx) => {
        runs += 1;
        for (const [index, { id }] of order.entries()) {
          await tx.findForUpdate(id);
          if (index > 0) continue;
          held += 1;
          if (held === 2) arrived?.();
          await bothHoldOne;
        }
        return 'done';
      });
    const outcomes = await Promise.all([lockBoth([first, second]), lockBoth([second, first])]);
    expect(outcomes).toEqual(['done', 'done']);
    // On a busy machine the one that lost may come again before the other has ended.
    expect(runs).toBeGreaterThanOrEqual(3);
    const retries = reports.slice(-2).map((report) => report.retries);
    expect(retries.reduce((sum, count) => sum + count)).toBe(runs - 2);
  });

  it('one that cannot be serialized is tried again, but not for ever', async () => {
    let runs = 0;
    const failTimes = (times: number): Promise<string> =>
      database.transaction(principal, async ({ sql: db }) => {
        runs += 1;
        if (runs <= times) await db.execute(sql`do $$ begin raise sqlstate '40001'; end $$`);
        return 'done';
      });
    expect(await failTimes(2)).toBe('done');
    expect(runs).toBe(3);
    runs = 0;
    await expect(failTimes(100)).rejects.toSatisfy(
      (error) => error instanceof TransientError && !(error instanceof UncertainError),
    );
    expect(runs).toBe(4);
  });

  it('one that was refused, or whose work threw, is not tried again', async () => {
    let runs = 0;
    const refused = database.transaction(principal, async ({ sql: db }) => {
      runs += 1;
      await db.execute(sql`delete from files`);
    });
    await expect(refused).rejects.toThrow('SQLSTATE 42501');
    const thrown = database.transaction(principal, () => {
      runs += 1;
      return Promise.reject(new Error('no'));
    });
    await expect(thrown).rejects.toThrow('no');
    expect(runs).toBe(2);
  });

  describe('whose connection is cut', () => {
    const cut = async (
      marker: string,
      isHeld = false,
    ): Promise<{ runs: number; error: unknown; cutter: Cutter }> => {
      const cutter = await cutAfter(urls.appUrl, marker, isHeld);
      const limits = isHeld ? { deadlineMs: 2_000 } : {};
      const cutDatabase = createDatabase({ ...TEST_DATABASE_CONFIG, ...limits, url: cutter.url }, hooks);
      let runs = 0;
      const error: unknown = await cutDatabase
        .transaction(principal, async ({ sql: db }) => {
          runs += 1;
          await db.execute(sql`select 'work'`);
        })
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      await cutDatabase.close();
      await cutter.close();
      return { runs, error, cutter };
    };

    it('before the commit was sent are run again', async () => {
      const { runs, error } = await cut(`select 'work'`);
      expect(error).toBeUndefined();
      expect(runs).toBe(2);
    });

    it('after the commit was sent are never run again, because it may have happened', async () => {
      const { runs, error } = await cut('COMMIT');
      expect(error).toBeInstanceOf(UncertainError);
      expect(String(error)).toContain('whether the commit happened is unknown');
      expect(runs).toBe(1);
    });

    it('because no answer came within the deadline are not run again, and say whether they may have been committed', async () => {
      const [working, committing] = await Promise.all([cut(`select 'work'`, true), cut('COMMIT', true)]);
      expect(working.error).toBeInstanceOf(TransientError);
      expect(working.error).not.toBeInstanceOf(UncertainError);
      expect(String(working.error)).toContain('no answer within the deadline');
      expect(committing.error).toBeInstanceOf(UncertainError);
      expect([working.runs, committing.runs]).toEqual([1, 1]);
    });
  });

  it('one that outlives the deadline is ended by the server too, for whom nobody may be left to wait', async () => {
    const limitOf = (as: Database, kind: 'login' | 'system') =>
      as.transaction({ kind }, ({ sql: db }) => db.execute(sql`show transaction_timeout`));
    expect(await limitOf(database, 'login')).toEqual([{ transaction_timeout: '30s' }]);
    const system = createDatabase({ ...TEST_DATABASE_CONFIG, url: urls.systemUrl }, hooks);
    expect(await limitOf(system, 'system')).toEqual([{ transaction_timeout: '0' }]);
    await system.close();
  });

  it.each([
    ['no', false, 0],
    ['one', true, 1],
  ])('no session state and %s prepared statement is left on a connection', async (_, isOn, statements) => {
    const settings = { poolSize: 1, preparesStatements: isOn, url: urls.appUrl };
    const one = createDatabase({ ...TEST_DATABASE_CONFIG, ...settings }, hooks);
    for (const value of [1, 2]) {
      await one.transaction(principal, ({ sql: db }) => db.execute(sql`select ${value}::int`));
    }
    const [left] = await one.transaction({ kind: 'login' }, ({ sql: db }) =>
      db.execute(sql`select current_user::text as role, current_setting('app.subject', true) as subject,
        (select count(*)::int from pg_prepared_statements where statement like '%$1::int') as prepared`),
    );
    expect(left).toEqual({ prepared: statements, role: 'lazaret_app', subject: '' });
    await one.close();
  });
});
