import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/adapters/postgres/database.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import type { QuotaShare } from '../../../src/domain/quota.js';
import type { FileStore } from '../../../src/ports/file-store.js';
import { applyCommand } from '../../../src/usecases/apply.js';
import { asSuperuser, createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import { ACME, advance, draftFile, makePart, storeFile } from '../../support/stored-files.js';
import { playLife, type Step } from '../../support/file-lives.js';

const NOTHING: QuotaShare = { bytes: 0, files: 0, uploads: 0 };
const AMPLE: QuotaShare = { bytes: 1e12, files: 1e6, uploads: 1e6 };

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

  const usage = (): Promise<QuotaShare> => store.transact(ACME, (tx) => tx.usage());
  /** Lets the tenant have so much more than it has. */
  const leave = async (rest: Partial<QuotaShare>): Promise<void> => {
    const used = await usage();
    const quota = { ...AMPLE };
    for (const name of ['bytes', 'files', 'uploads'] as const) quota[name] = used[name] + (rest[name] ?? 1e6);
    await asSuperuser(urls.ownerUrl, (client) =>
      client.query(
        'update tenants set quota_bytes = $1, quota_files = $2, quota_uploads = $3 where id = $4',
        [quota.bytes, quota.files, quota.uploads, ACME.tenantId],
      ),
    );
  };
  const held = (): Promise<QuotaShare | undefined> =>
    asSuperuser(urls.ownerUrl, async (client) => {
      const { rows } = await client.query<QuotaShare>(
        `select coalesce(sum(coalesce(size_bytes, received_bytes)), 0)::int as bytes, count(*)::int as files,
           count(*) filter (where state in ('PENDING', 'RECEIVING'))::int as uploads
         from files where tenant_id = $1 and state not in ('REJECTED', 'CANCELLED', 'EXPIRED', 'DELETED')`,
        [ACME.tenantId],
      );
      return rows[0];
    });
  beforeEach(() => leave({}));

  it.each([
    ['bytes', { bytes: 375 }, 37],
    ['files', { files: 23 }, 23],
    ['uploads', { uploads: 19 }, 19],
  ] as const)(
    'of %s is never over-committed by a hundred creations at once',
    async (dimension, rest, fits) => {
      const before = await usage();
      await leave(rest);
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, () =>
          store.transact(ACME, (tx) => tx.insert(draftFile(ACME, { sizeBytes: 10 }))),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(fits);
      expect(outcomes.filter((outcome) => outcome === `quota-exceeded:${dimension}`)).toHaveLength(
        100 - fits,
      );
      expect(await usage()).toEqual({
        bytes: before.bytes + fits * 10,
        files: before.files + fits,
        uploads: before.uploads + fits,
      });
    },
  );

  it('names the dimension that is used up, and takes again what was given back', async () => {
    await leave({ uploads: 1 });
    const { id } = await storeFile(store, ACME, { sizeBytes: 10 });
    const create = () => store.transact(ACME, (tx) => tx.insert(draftFile(ACME, { sizeBytes: 10 })));
    expect(await create()).toBe('quota-exceeded:uploads');
    await advance(store, ACME, id, { kind: 'cancel' });
    expect(await create()).toBe('written');
    await leave({ bytes: 9 });
    expect(await create()).toBe('quota-exceeded:bytes');
    await leave({ files: 0 });
    expect(await create()).toBe('quota-exceeded:files');
  });

  it('counts an upload as open until it is complete, and the file on until it is deleted', async () => {
    const before = await usage();
    const { id } = await storeFile(store, ACME, { sizeBytes: 5 });
    await store.transact(ACME, (tx) => tx.putPart(id, makePart(1, 5)));
    await advance(store, ACME, id, { kind: 'complete', sizeBytes: 5 });
    const { bytes, files, uploads } = before;
    expect(await usage()).toEqual({ bytes: bytes + 5, files: files + 1, uploads });
  });

  it('lets nobody wait for a transaction that gives back, and counts that for a claim in the same one', async () => {
    const { id } = await storeFile(store, ACME, { sizeBytes: 10 });
    await leave({ bytes: 0, uploads: 1 });
    const before = await usage();
    await store.transact(ACME, async (tx) => {
      const file = await tx.findForUpdate(id);
      if (!file) throw new Error('The file is gone.');
      expect(await applyCommand(tx, file, { kind: 'cancel' }, new Date())).toMatchObject({ ok: true });
      // Somebody else moves the counters meanwhile.
      await storeFile(store, ACME, { sizeBytes: 0 });
      const { bytes, files, uploads } = before;
      expect(await tx.usage()).toEqual({ bytes: bytes - 10, files, uploads });
      expect(await tx.insert(draftFile(ACME, { sizeBytes: 10 }))).toBe('written');
    });
    expect(await usage()).toEqual(await held());
    expect((await usage()).bytes).toBe(before.bytes);
  });

  it('lowered below what is used refuses claims, and never a giving back', async () => {
    const { id } = await storeFile(store, ACME, { sizeBytes: 10 });
    await leave({ bytes: -5, files: -1, uploads: -1 });
    expect(await store.transact(ACME, (tx) => tx.insert(draftFile(ACME, { sizeBytes: 0 })))).toBe(
      'quota-exceeded:files',
    );
    await advance(store, ACME, id, { kind: 'cancel' });
    expect(await usage()).toEqual(await held());
  });

  it('equals what the files hold after any lives of files, led at the same time', async () => {
    const step = fc.constantFrom<Step>('part', 'cancel', 'expire', 'complete', 'clean', 'reject', 'delete');
    const life = fc.record({
      sizeBytes: fc.option(fc.nat(20)),
      steps: fc.array(step, { maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 10, maxLength: 20 }), async (lives) => {
        await Promise.all(lives.map((one) => playLife(store, ACME, one)));
        expect(await usage()).toEqual(await held());
        expect(await store.transact(ACME, (tx) => tx.reconcileUsage())).toEqual(NOTHING);
      }),
      { numRuns: 8 },
    );
  });

  it('is corrected where the counters say something else than the files, also while files come and go', async () => {
    await asSuperuser(urls.ownerUrl, (client) =>
      client.query(
        `update tenant_usage set used_bytes = used_bytes + 7, file_count = file_count + 3, open_uploads = open_uploads + 2
         where tenant_id = $1`,
        [ACME.tenantId],
      ),
    );
    const busy = Array.from({ length: 20 }, (_, index) =>
      playLife(store, ACME, { sizeBytes: index, steps: index % 2 === 0 ? ['cancel'] : ['part', 'complete'] }),
    );
    const drifts = await Promise.all([1, 2, 3].map(() => store.transact(ACME, (tx) => tx.reconcileUsage())));
    await Promise.all(busy);
    expect(drifts.filter(({ bytes }) => bytes !== 0)).toEqual([{ bytes: 7, files: 3, uploads: 2 }]);
    expect(await usage()).toEqual(await held());
  });
});
