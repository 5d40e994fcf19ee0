import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBacklog } from '../../../src/adapters/postgres/backlog.js';
import type { Database } from '../../../src/adapters/postgres/database.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import { createOutbox } from '../../../src/adapters/postgres/outbox.js';
import { createRoleStore } from '../../../src/adapters/postgres/role-store.js';
import { createWaitingRoom } from '../../../src/adapters/postgres/waiting-room.js';
import type { Backlog } from '../../../src/ports/backlog.js';
import type { FileStore } from '../../../src/ports/file-store.js';
import { createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import {
  ACME,
  advance,
  cleanDecision,
  findStored,
  GLOBEX,
  NO_TENANT,
  storeFile,
  storeWaitingFile,
} from '../../support/stored-files.js';

describe('work that the queue may have lost', () => {
  let urls: TestDatabase;
  let database: Database;
  let store: FileStore;
  let backlog: Backlog;
  beforeAll(async () => {
    urls = await createTestDatabase();
    database = openDatabase(urls.systemUrl);
    store = createFileStore(database);
    backlog = createBacklog(database, { graceMs: 0 });
  });
  afterAll(async () => {
    await database.close();
    await urls.drop();
  });

  const dueIds = async (): Promise<string[]> =>
    (await backlog.dueInspections(10)).map(({ fileId }) => fileId);

  it('inspections that had their turn are due until a live lease covers them, oldest first, in all tenants', async () => {
    const room = createWaitingRoom(database);
    const first = await storeWaitingFile(store, { ...ACME, traceparent: 'trace' }, { priority: 'BULK' });
    const second = await storeWaitingFile(store, GLOBEX);
    expect(await dueIds()).toEqual([]);
    await room.takeTurns(10);
    expect(await backlog.dueInspections(10)).toEqual([
      {
        tenantId: ACME.tenantId,
        fileId: first.id,
        sizeBytes: first.sizeBytes,
        attempt: 0,
        priority: 'BULK',
        correlationId: ACME.correlationId,
        traceparent: 'trace',
      },
      {
        tenantId: GLOBEX.tenantId,
        fileId: second.id,
        sizeBytes: second.sizeBytes,
        attempt: 0,
        priority: 'INTERACTIVE',
        correlationId: GLOBEX.correlationId,
      },
    ]);
    expect(await createBacklog(database, { graceMs: 60_000 }).dueInspections(10)).toEqual([]);
    expect(await backlog.dueInspections(1)).toHaveLength(1);
    await store.transact(ACME, (tx) => tx.beginInspection(first.id, 60_000));
    expect(await dueIds()).toEqual([second.id]);
    await store.transact(ACME, (tx) => tx.postponeInspection(first.id, 1, 60_000));
    expect(await dueIds()).toEqual([second.id]);
    await store.transact(ACME, (tx) => tx.beginInspection(first.id, 0));
    await store.transact(ACME, (tx) => tx.postponeInspection(first.id, 2, 0));
    expect(await dueIds()).toEqual([second.id]);
    await room.takeTurns(10);
    expect(await dueIds()).toEqual([second.id, first.id]);
    const counts = await backlog.counts();
    expect(counts).toMatchObject({ scanning: 2, unpublished: 4 });
    expect(counts.oldestScanningMs).toBeGreaterThan(0);
  });

  it('a decided file needs its staged bytes removed, once', async () => {
    const [job] = await backlog.dueInspections(1);
    if (!job) throw new Error('Nothing is due.');
    const scope = { ...GLOBEX, tenantId: job.tenantId };
    const file = await findStored(store, scope, job.fileId);
    const { version } = await advance(store, scope, file.id, cleanDecision(file));
    const [due, ...others] = await backlog.dueCleanups(10);
    expect(due).toMatchObject({ tenantId: job.tenantId, fileId: file.id });
    expect([others, await backlog.dueCleanups(10, due)]).toEqual([[], []]);
    // Somebody who saw the file before it changed has not removed what the change left.
    await store.transact(scope, (tx) => tx.markStagedRemoved(file.id, version - 1));
    expect(await backlog.dueCleanups(10)).toHaveLength(1);
    await store.transact(scope, (tx) => tx.markStagedRemoved(file.id, version));
    expect(await backlog.dueCleanups(10)).toEqual([]);
  });

  it('what stands behind a decided file is found, and nothing before it, in one order', async () => {
    const files = [];
    for (let count = 0; count < 5; count += 1) {
      const { id } = await storeFile(store, ACME);
      files.push(await advance(store, ACME, id, { kind: 'cancel' }));
    }
    const all = await backlog.dueCleanups(10);
    expect(new Set(all.map(({ fileId }) => fileId))).toEqual(new Set(files.map(({ id }) => id)));
    for (const [index, due] of all.entries()) {
      expect(await backlog.dueCleanups(2, due)).toEqual(all.slice(index + 1, index + 3));
    }
    for (const { id, version } of files) {
      await store.transact(ACME, (tx) => tx.markStagedRemoved(id, version));
    }
    expect(await backlog.dueCleanups(10)).toEqual([]);
  });

  it('open uploads past their end are due to expire', async () => {
    await storeFile(store, ACME, { expiresAt: new Date('2999-01-01T00:00:00Z') });
    const late = await storeFile(store, ACME, { expiresAt: new Date('2001-01-01T00:00:00Z') });
    expect(await backlog.dueExpiries(10)).toEqual([{ tenantId: ACME.tenantId, fileId: late.id }]);
    const { version } = await advance(store, ACME, late.id, { kind: 'expire' });
    expect(await backlog.dueExpiries(10)).toEqual([]);
    await store.transact(ACME, (tx) => tx.markStagedRemoved(late.id, version));
  });

  it('keys that are over are forgotten, so many at a time, and no others', async () => {
    const claim = (key: string, ttlSeconds: number): Promise<unknown> =>
      store.transact(ACME, (tx) => tx.claimKey({ key, fingerprint: 'f', ttlSeconds }));
    for (const key of ['a', 'b', 'c']) await claim(key, 0);
    await claim('live', 60);
    expect(await backlog.forgetExpiredKeys(2)).toBe(2);
    expect(await backlog.forgetExpiredKeys(2)).toBe(1);
    expect(await backlog.forgetExpiredKeys(2)).toBe(0);
    const live = await store.transact(ACME, (tx) =>
      tx.claimKey({ key: 'live', fingerprint: 'g', ttlSeconds: 60 }),
    );
    expect(live).toEqual({ kind: 'mismatch' });
  });

  it('is no business of the API', async () => {
    const api = openDatabase(urls.appUrl);
    await expect(createBacklog(api).counts()).rejects.toThrow('SQLSTATE 42501');
    await expect(createOutbox(api).take(1)).rejects.toThrow('SQLSTATE 42501');
    await api.close();
  });

  it('what roles allow is read for one tenant, and unknown ones allow nothing', async () => {
    const roles = createRoleStore(database);
    expect(await roles.permissionsOf(ACME.tenantId, ['viewer', 'uploader', 'no such role'])).toEqual(
      new Set(['file:read', 'file:download', 'file:upload']),
    );
    expect(await roles.permissionsOf(ACME.tenantId, [])).toEqual(new Set());
    expect(await roles.permissionsOf(NO_TENANT, ['admin'])).toBeUndefined();
  });
});
