import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBacklog } from '../../../src/adapters/postgres/backlog.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import type { Backlog } from '../../../src/ports/backlog.js';
import type { FileStore } from '../../../src/ports/file-store.js';
import { asSuperuser, createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import { ACME } from '../../support/stored-files.js';

/** Without triggers and foreign keys, which would make it slow. */
const MANY_FILES = `
  set session_replication_role = replica;
  insert into files (tenant_id, id, version, name, size_bytes, state, priority, metadata, verdict, part_size_bytes,
    received_bytes, scanned_bytes, ingest_key, vault_key, sha256, attempt, created_by, created_at, updated_at, correlation_id,
    staged_removed_at, transfer_mode, parts_listed_at, direct_active_at, listing_due_at, expires_at)
  select '${ACME.tenantId}', gen_random_uuid(), 3, 'file ' || number, 9, state, 'BULK', '[]',
    case when state in ('CLEAN', 'UNSCANNABLE') then jsonb_build_object('outcome', state, 'definitionsVersion', '1') end,
    9, 9, 0, 'ingest', case state when 'CLEAN' then 'vault ' || number end, repeat('a', 64), 1, 'alice', now(), now(), 'many',
    now(), case state when 'PENDING' then 'DIRECT' else 'PROXIED' end, now(), now() - interval '1 hour', now() + interval '4 minutes', now() + interval '1 day'
  from (select number, case when number > 30000 then 'UNSCANNABLE' when number > 25000 then 'PENDING' else 'CLEAN' end as state
    from generate_series(1, 35000) as number) as file;
  insert into files (tenant_id, id, version, name, size_bytes, state, priority, metadata, part_size_bytes,
    received_bytes, scanned_bytes, ingest_key, attempt, created_by, created_at, updated_at, correlation_id, queued_at, next_attempt_at, queue_number)
  select '${ACME.tenantId}', gen_random_uuid(), 3, 'waits', 9, 'SCANNING', 'BULK', '[]', 9, 9, 0, 'ingest', 1, 'alice',
    now(), now(), 'many', now() - number * interval '1 hour', now(), case when number < 3 then number end
  from generate_series(1, 7) as number;
  insert into dead_letters (tenant_id, file_id, cause, failure_class, message, attempt, correlation_id)
  select tenant_id, id, 'STALLED', 'LOST', '', 1, 'many' from files where state = 'UNSCANNABLE';
  insert into quarantine (tenant_id, file_id, quarantined_at, held_at, retained_until, correlation_id)
  select tenant_id, id, now(), now(), now() + interval '1 day', 'many' from files where state = 'UNSCANNABLE';`;

/** What is left over of the first plan, rows of pages that were not vacuumed and the like. */
const FEW = 50;

describe('among many rows', () => {
  let urls: TestDatabase;
  beforeAll(async () => {
    urls = await createTestDatabase();
    await asSuperuser(urls.ownerUrl, (client) => client.query(MANY_FILES));
    await asSuperuser(urls.ownerUrl, (client) => client.query('vacuum analyze'));
  });
  afterAll(() => urls.drop());

  const rowsRead = (): Promise<number> =>
    asSuperuser(urls.ownerUrl, async (client) => {
      const { rows } = await client.query<{ total: string }>(
        'select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as total from pg_stat_user_tables',
      );
      return Number(rows[0]?.total);
    });

  /** What the work answers, and how many rows the database has looked at for it. */
  const watch = async <T>(
    work: (backlog: Backlog, store: FileStore) => Promise<T>,
  ): Promise<{ answer: T; rows: number }> => {
    const before = await rowsRead();
    const database = openDatabase(urls.systemUrl, { poolSize: 1 });
    const answer = await work(createBacklog(database), createFileStore(database));
    // What a session has counted is otherwise known a second later.
    await database.transaction({ kind: 'login' }, ({ sql: db }) =>
      db.execute(sql`select pg_stat_force_next_flush()`),
    );
    await database.close();
    return { answer, rows: (await rowsRead()) - before };
  };

  it('what waits for a verdict is counted without a look at what does not', async () => {
    const { answer, rows } = await watch(async (backlog) => {
      const { scanning, oldestScanningMs } = await backlog.counts();
      return { scanning, oldestHours: Math.round(oldestScanningMs / 3_600_000) };
    });
    expect(answer).toEqual({ scanning: 7, oldestHours: 7 });
    // The dead letters are counted one by one.
    expect(rows).toBeLessThan(5_000 + FEW);
  });

  it.each([
    ['uploads', (backlog: Backlog) => backlog.dueExpiries(200)],
    ['uploads straight to the store', (backlog: Backlog) => backlog.dueListings(64)],
    ['dead letters', (backlog: Backlog) => backlog.dueDeadLetters(86_400_000, 200)],
    ['quarantined files', (backlog: Backlog) => backlog.dueRetentions(200)],
  ])('%s whose time has not come are not looked at', async (_, look) => {
    const { answer, rows } = await watch(look);
    expect(answer).toEqual([]);
    expect(rows).toBeLessThan(FEW);
  });

  it.each([
    ['a state', { states: ['SCANNING'] }, 7],
    ['a state that none has', { states: ['REJECTED'] }, 0],
    ['somebody who has none', { createdBy: 'nobody' }, 0],
  ] as const)('files of %s are listed and counted without a look at others', async (_, query, total) => {
    const { answer, rows } = await watch((_backlog, store) =>
      store.transact(ACME, async (tx) => {
        const listed = await tx.list({ ...query, limit: 51 });
        return [listed.length, await tx.count(query)];
      }),
    );
    expect(answer).toEqual([total, total]);
    expect(rows).toBeLessThan(FEW);
  });
});
