import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fault, FaultError } from '../../src/domain/errors.js';
import type { FileStore, FileTransaction } from '../../src/ports/file-store.js';
import {
  ACME,
  advance,
  after,
  cleanDecision,
  draftFile,
  findStored,
  freshFileId,
  GLOBEX,
  makePart,
  storeFile,
  storeWaitingFile,
} from '../support/stored-files.js';

/** A store with the two development tenants in it. */
export interface FileStoreHarness {
  readonly store: FileStore;
  /** Sets the quota of the first tenant so that this much is left of it. */
  leaveQuota(bytes: number): Promise<void>;
  close(): Promise<void>;
}

const LEASE_MS = 60_000;

/** What every file store keeps to. */
export function describeFileStore(name: string, open: () => Promise<FileStoreHarness>): void {
  describe(`file store: ${name}`, () => {
    let harness: FileStoreHarness;
    let store: FileStore;
    beforeAll(async () => {
      harness = await open();
      store = harness.store;
    });
    afterAll(() => harness.close());

    describe('transactions', () => {
      it('keep nothing of work that throws or resolves to a failed outcome', async () => {
        const [thrown, failed] = [draftFile(ACME), draftFile(ACME)];
        const throwing = store.transact(ACME, async (tx) => {
          await tx.insert(thrown);
          throw new Error('no');
        });
        await expect(throwing).rejects.toThrow('no');
        const outcome = await store.transact(ACME, async (tx) => {
          await tx.insert(failed);
          return fault('CONFLICT');
        });
        expect(outcome.fault.code).toBe('CONFLICT');
        const found = await store.transact(ACME, async (tx) => [
          await tx.find(thrown.id),
          await tx.find(failed.id),
        ]);
        expect(found).toEqual([undefined, undefined]);
      });

      it('are dead after their callback, whatever is called', async () => {
        let kept: FileTransaction | undefined;
        await store.transact(ACME, (tx) => Promise.resolve((kept = tx)));
        await expect(kept?.find(freshFileId())).rejects.toThrow('has ended');
        await expect(kept?.lastSequence()).rejects.toThrow('has ended');
      });
    });

    describe('files', () => {
      it('come back as they were stored', async () => {
        const stored = await storeFile(store, ACME, {
          name: 'Ünï 文.pdf',
          sizeBytes: null,
          metadata: [
            { key: '1', value: '"2"' },
            { key: 'k', value: '{"looks": "like JSON"}' },
          ],
          declaredSha256: 'c'.repeat(64),
          priority: 'BULK',
        });
        expect(await findStored(store, ACME, stored.id)).toEqual(stored);
      });

      it('of another tenant do not exist', async () => {
        const file = await storeFile(store, ACME);
        const seen = await store.transact(GLOBEX, async (tx) => [
          await tx.find(file.id),
          await tx.findForUpdate(file.id),
          await tx.beginInspection(file.id, LEASE_MS),
          await tx.change(file, after(file, { kind: 'cancel' })),
          await tx.parts(file.id),
        ]);
        expect(seen).toEqual([undefined, undefined, undefined, 'stale', []]);
        expect(await findStored(store, ACME, file.id)).toEqual(file);
      });

      it('are listed newest first, page by page, and counted', async () => {
        const subject = { ...ACME, subject: 'lister' };
        const made = [];
        for (const name of ['a_1.txt', 'b%2.TXT', 'c.pdf']) {
          made.push(await storeFile(store, subject, { name }));
        }
        const ids = made.map((file) => file.id).reverse();
        const createdBy = 'lister';
        await store.transact(ACME, async (tx) => {
          const page = await tx.list({ createdBy, limit: 2 });
          expect(page.map((file) => file.id)).toEqual(ids.slice(0, 2));
          const rest = await tx.list({ createdBy, limit: 2, after: page[1]?.id ?? freshFileId() });
          expect(rest.map((file) => file.id)).toEqual(ids.slice(2));
          expect(await tx.count({ createdBy })).toBe(3);
          expect(await tx.count({ createdBy, states: ['CLEAN'] })).toBe(0);
          expect(await tx.count({ createdBy, states: ['PENDING', 'CLEAN'] })).toBe(3);
          expect(await tx.count({ createdBy, states: [] })).toBe(0);
          const names = ['.txt', '_', '%', '\\', 'A_1'];
          const counts = [];
          for (const nameContains of names) counts.push(await tx.count({ createdBy, nameContains }));
          expect(counts).toEqual([2, 1, 1, 0, 1]);
        });
      });

      it('are changed once for a version: the second writer of the same version is stale', async () => {
        const file = await storeFile(store, ACME);
        const write = (kind: 'cancel' | 'expire'): Promise<string> =>
          store.transact(ACME, (tx) => tx.change(file, after(file, { kind })));
        const outcomes = await Promise.all([write('cancel'), write('expire')]);
        expect(outcomes.toSorted()).toEqual(['stale', 'written']);
        expect((await findStored(store, ACME, file.id)).version).toBe(2);
      });
    });

    describe('quota', () => {
      it('is held from creation, given back at the end, and never exceeded', async () => {
        await harness.leaveQuota(100);
        const first = await storeFile(store, ACME, { sizeBytes: 60 });
        const second = draftFile(ACME, { sizeBytes: 41 });
        expect(await store.transact(ACME, (tx) => tx.insert(second))).toBe('quota-exceeded:bytes');
        await advance(store, ACME, first.id, { kind: 'cancel' });
        expect(await store.transact(ACME, (tx) => tx.insert(second))).toBe('written');
        await harness.leaveQuota(2 ** 40);
      });

      it('fills with the bytes of an upload of unknown size', async () => {
        await harness.leaveQuota(100);
        const file = await storeFile(store, ACME, { sizeBytes: null });
        expect(await store.transact(ACME, (tx) => tx.putPart(file.id, makePart(1, 90)))).toMatchObject({
          receivedBytes: 90,
        });
        const tooMuch = store.transact(ACME, (tx) => tx.putPart(file.id, makePart(2, 11)));
        await expect(tooMuch).rejects.toThrow(FaultError);
        expect((await findStored(store, ACME, file.id)).receivedBytes).toBe(90);
        expect(await store.transact(ACME, (tx) => tx.putPart(file.id, makePart(1, 100)))).toMatchObject({
          receivedBytes: 100,
        });
        await advance(store, ACME, file.id, { kind: 'cancel' });
        expect(await store.transact(ACME, (tx) => tx.insert(draftFile(ACME, { sizeBytes: 100 })))).toBe(
          'written',
        );
        await harness.leaveQuota(2 ** 40);
      });
    });

    describe('the ledger', () => {
      it('replaces a part that comes again, and counts it once', async () => {
        const file = await storeFile(store, ACME, { sizeBytes: 30 });
        const received = [];
        for (const part of [makePart(2, 10), makePart(1, 20), makePart(2, 5)]) {
          received.push(await store.transact(ACME, (tx) => tx.putPart(file.id, part)));
        }
        expect(received.map((entry) => entry.receivedBytes)).toEqual([10, 30, 25]);
        expect(received.map((entry) => entry.replacedEtag)).toEqual([null, null, makePart(2, 10).etag]);
        const parts = await store.transact(ACME, (tx) => tx.parts(file.id));
        expect(parts).toEqual([makePart(1, 20), makePart(2, 5)]);
      });

      it('takes fragments that continue their part, counts them, and drops them with the part', async () => {
        const file = await storeFile(store, ACME, { sizeBytes: 30 });
        const put = (offsetBytes: number, sizeBytes: number, objectKey: string) =>
          store.transact(ACME, (tx) =>
            tx.putFragment(file.id, { partNumber: 1, offsetBytes, sizeBytes, objectKey }),
          );
        expect(await put(0, 4, 'a')).toEqual({ receivedBytes: 4, droppedFragments: [] });
        expect(await put(5, 4, 'gap')).toBeUndefined();
        expect(await put(4, 6, 'b')).toEqual({ receivedBytes: 10, droppedFragments: [] });
        expect(await put(3, 6, 'overlap')).toBeUndefined();
        expect(await put(0, 12, 'c')).toEqual({ receivedBytes: 12, droppedFragments: ['a', 'b'] });
        const fragment = { partNumber: 1, offsetBytes: 0, sizeBytes: 12, objectKey: 'c' };
        expect(await store.transact(ACME, (tx) => tx.fragments(file.id))).toEqual([fragment]);
        expect(await store.transact(GLOBEX, (tx) => tx.fragments(file.id))).toEqual([]);
        expect(await store.transact(ACME, (tx) => tx.putPart(file.id, makePart(1, 20)))).toEqual({
          receivedBytes: 20,
          replacedEtag: null,
          droppedFragments: ['c'],
        });
        expect(await put(0, 1, 'late')).toBeUndefined();
        expect(await store.transact(ACME, (tx) => tx.fragments(file.id))).toEqual([]);
        expect((await findStored(store, ACME, file.id)).receivedBytes).toBe(20);
      });

      it('learns the size of an upload once, and reserves what has not arrived', async () => {
        await harness.leaveQuota(100);
        const file = await storeFile(store, ACME, { sizeBytes: null });
        await store.transact(ACME, (tx) => tx.putPart(file.id, makePart(1, 90)));
        const declare = (sizeBytes: number): Promise<string> =>
          store.transact(ACME, async (tx) => {
            const outcome = await tx.declareSize(file.id, sizeBytes);
            if (outcome.startsWith('quota-exceeded')) throw new Error(outcome);
            return outcome;
          });
        await expect(declare(101)).rejects.toThrow('quota-exceeded:bytes');
        expect(await declare(100)).toBe('written');
        expect(await declare(95)).toBe('stale');
        expect(await findStored(store, ACME, file.id)).toMatchObject({ sizeBytes: 100, version: 1 });
        await harness.leaveQuota(2 ** 40);
      });

      it('takes nothing after completion', async () => {
        const file = await storeWaitingFile(store, ACME);
        await expect(store.transact(ACME, (tx) => tx.putPart(file.id, makePart(1, 9)))).rejects.toThrow();
        expect(await findStored(store, ACME, file.id)).toEqual(file);
      });
    });

    describe('inspections', () => {
      it('are begun by one at a time, and again when the lease is over', async () => {
        const { id } = await storeWaitingFile(store, ACME);
        const begin = (leaseMs: number): Promise<number | undefined> =>
          store.transact(ACME, async (tx) => (await tx.beginInspection(id, leaseMs))?.attempt);
        const begun = await Promise.all([begin(LEASE_MS), begin(LEASE_MS), begin(LEASE_MS)]);
        expect(begun.filter((attempt) => attempt !== undefined)).toEqual([1]);
        expect(await store.transact(ACME, (tx) => tx.postponeInspection(id, 1, 0))).toBe(true);
        expect(await begin(0)).toBe(2);
        expect(await begin(LEASE_MS)).toBe(3);
      });

      it('that were taken over write nothing any more', async () => {
        const { id } = await storeWaitingFile(store, ACME);
        const stale = await store.transact(ACME, (tx) => tx.beginInspection(id, 0));
        const current = await store.transact(ACME, (tx) => tx.beginInspection(id, LEASE_MS));
        if (!stale || !current) throw new Error('No inspection could be begun.');
        const late = await store.transact(ACME, async (tx) => [
          await tx.renewInspection(id, stale.attempt, 10, LEASE_MS),
          await tx.postponeInspection(id, stale.attempt, 0),
          await tx.change(stale, after(stale, cleanDecision(stale))),
        ]);
        expect(late).toEqual([false, false, 'stale']);
        expect(await findStored(store, ACME, id)).toEqual(current);
        const decided = await advance(store, ACME, id, cleanDecision(current));
        expect(await findStored(store, ACME, id)).toEqual(decided);
        expect(await store.transact(ACME, (tx) => tx.renewInspection(id, 2, 10, LEASE_MS))).toBe(false);
      });

      it('never scan backwards', async () => {
        const { id } = await storeWaitingFile(store, ACME);
        await store.transact(ACME, (tx) => tx.beginInspection(id, 0));
        const renew = (attempt: number, bytes: number): Promise<boolean> =>
          store.transact(ACME, (tx) => tx.renewInspection(id, attempt, bytes, 0));
        expect(await renew(1, 8)).toBe(true);
        await store.transact(ACME, (tx) => tx.beginInspection(id, 0));
        expect(await renew(2, 3)).toBe(true);
        expect((await findStored(store, ACME, id)).scannedBytes).toBe(8);
      });

      it('come in the order of priority and waiting', async () => {
        const bulk = await storeWaitingFile(store, GLOBEX, { priority: 'BULK' });
        const first = await storeWaitingFile(store, GLOBEX);
        const second = await storeWaitingFile(store, GLOBEX);
        const positions = (): Promise<(number | null)[]> =>
          store.transact(GLOBEX, async (tx) => {
            const found = [];
            for (const { id } of [first, second, bulk]) found.push(await tx.queuePosition(id));
            return found;
          });
        expect(await positions()).toEqual([0, 1, 2]);
        await store.transact(GLOBEX, (tx) => tx.beginInspection(first.id, LEASE_MS));
        expect(await positions()).toEqual([null, 0, 1]);
      });
    });
  });
}
