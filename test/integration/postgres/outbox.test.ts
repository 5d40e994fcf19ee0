import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/adapters/postgres/database.js';
import { createFileStore } from '../../../src/adapters/postgres/file-store.js';
import { createOutbox } from '../../../src/adapters/postgres/outbox.js';
import type { FileEvent } from '../../../src/domain/events.js';
import type { FileId } from '../../../src/domain/ids.js';
import type { FileStore, TenantScope } from '../../../src/ports/file-store.js';
import type { Outbox, OutboxEntry } from '../../../src/ports/outbox.js';
import { createTestDatabase, openDatabase, type TestDatabase } from '../../support/database.js';
import { ACME, advance, findStored, GLOBEX, storeFile } from '../../support/stored-files.js';

describe('the outbox', () => {
  let urls: TestDatabase;
  let api: Database;
  let worker: Database;
  let store: FileStore;
  let outbox: Outbox;
  beforeEach(async () => {
    urls = await createTestDatabase();
    api = openDatabase(urls.appUrl, { connectTimeoutMs: 30_000 });
    worker = openDatabase(urls.systemUrl);
    store = createFileStore(api);
    outbox = createOutbox(worker);
  });
  afterEach(async () => {
    await Promise.all([api.close(), worker.close()]);
    await urls.drop();
  });

  const history = (scope: TenantScope): Promise<readonly FileEvent[]> =>
    store.transact(scope, (tx) => tx.eventsAfter(0, 10_000));

  it('gives what was committed, with all that the queue needs, until it is marked', async () => {
    const scope = { ...ACME, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const file = await storeFile(store, scope, { priority: 'BULK' });
    const expected: Partial<OutboxEntry> = {
      tenantId: ACME.tenantId,
      fileId: file.id,
      from: null,
      to: 'PENDING',
      priority: 'BULK',
      attempt: 0,
      correlationId: ACME.correlationId,
      traceparent: scope.traceparent,
    };
    const taken = await outbox.take(10);
    expect(taken).toEqual([expect.objectContaining(expected)]);
    expect(await outbox.take(10)).toEqual(taken);
    const ids = taken.map(({ id }) => id);
    expect(await outbox.markPublished(ids)).toEqual(ids);
    expect(await outbox.markPublished(ids)).toEqual([]);
    expect(await outbox.markPublished([])).toEqual([]);
    expect(await outbox.take(10)).toEqual([]);
  });

  it('shows nobody an event that has no number, nor one of another tenant', async () => {
    const file = await storeFile(store, ACME);
    expect(await history(ACME)).toEqual([]);
    expect(await store.transact(ACME, (tx) => tx.lastSequence())).toBe(0);
    await outbox.take(10);
    expect(await history(ACME)).toEqual([
      expect.objectContaining({
        sequence: 1,
        from: null,
        to: 'PENDING',
        file: { ...file, ingestHandle: null },
      }),
    ]);
    expect(await store.transact(ACME, (tx) => tx.lastSequence())).toBe(1);
    expect(await history(GLOBEX)).toEqual([]);
    expect(await store.transact(GLOBEX, (tx) => tx.lastSequence())).toBe(0);
  });

  it('replays from any position without gap or repeat', async () => {
    for (let index = 0; index < 5; index += 1) await storeFile(store, ACME);
    await outbox.take(3);
    await outbox.take(10);
    const replayed = await store.transact(ACME, async (tx) => {
      const first = await tx.eventsAfter(0, 2);
      return [...first, ...(await tx.eventsAfter(first.at(-1)?.sequence ?? 0, 10))];
    });
    expect(replayed.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  });

  it('numbers without gap or repeat, and each file in order, under concurrent commits and two relays', async () => {
    const second = openDatabase(urls.systemUrl);
    const delivered: OutboxEntry[] = [];
    const running = { writers: true };
    const relay = async (box: Outbox): Promise<void> => {
      for (;;) {
        const isLastRound = !running.writers;
        const taken = await box.take(7);
        delivered.push(...taken);
        await box.markPublished(taken.map(({ id }) => id));
        if (isLastRound && taken.length === 0) return;
      }
    };
    const live = async (scope: TenantScope): Promise<FileId> => {
      const { id } = await storeFile(store, scope);
      for (const kind of ['receive', 'cancel', 'delete'] as const) await advance(store, scope, id, { kind });
      return id;
    };
    const relays = [relay(outbox), relay(createOutbox(second))];
    const scopes = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? ACME : GLOBEX));
    const ids = await Promise.all(scopes.map(live));
    running.writers = false;
    await Promise.all(relays);
    // A relay that finds the other at work goes away empty-handed: the rest is numbered here.
    for (let rest = await outbox.take(100); rest.length > 0; rest = await outbox.take(100)) {
      delivered.push(...rest);
      await outbox.markPublished(rest.map(({ id }) => id));
    }
    await second.close();

    for (const scope of [ACME, GLOBEX]) {
      const events = await history(scope);
      expect(events.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 80 }, (_, index) => index + 1),
      );
      for (const id of ids.filter((_, index) => scopes[index] === scope)) {
        const states = events.filter(({ file }) => file.id === id).map(({ to }) => to);
        expect(states).toEqual(['PENDING', 'RECEIVING', 'CANCELLED', 'DELETED']);
      }
    }
    expect(new Set(delivered.map(({ id }) => id)).size).toBe(160);
  });

  it('ends its history where the database stands', async () => {
    const { id } = await storeFile(store, ACME);
    await advance(store, ACME, id, { kind: 'expire' });
    await outbox.take(10);
    const last = (await history(ACME)).at(-1);
    expect(last?.file).toEqual({ ...(await findStored(store, ACME, id)), ingestHandle: null });
  });
});
