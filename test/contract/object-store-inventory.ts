import { describe, expect, it } from 'vitest';
import {
  expectNothing,
  freshKey,
  ingest,
  itemsOf,
  put,
  readDigest,
  vault,
  type GetSubject,
} from '../support/store-subject.js';
import { bodyOf, hashOf } from '../support/test-bytes.js';

/** What looking through a store guarantees. */
export function describeInventory(subject: GetSubject): void {
  describe('looked through', () => {
    it('shows objects of both areas and open uploads, each with its key, its handle and its size', async () => {
      const { store } = subject();
      const key = freshKey();
      await store.write(vault(`${key}/1`), 30, bodyOf(30, 'sealed'));
      await store.write(ingest(`${key}/staged`), 20, bodyOf(20, 'staged'));
      const upload = await store.beginUpload(key);
      await put(store, upload, 1, 10, 'one');
      await put(store, upload, 2, 11, 'two');
      const items = await itemsOf(store, key);
      const shown = await Promise.all(
        items.map(async (item) => [item.kind, item.area, item.key, await item.sizeBytes()].join(' ')),
      );
      expect(shown.sort()).toEqual(
        [`object ingest ${key}/staged 20`, `object vault ${key}/1 30`, `upload ingest ${key} 21`].sort(),
      );
      const named = items.filter((item) => item.isNamedBy(upload.handle));
      expect(named.map(({ kind }) => kind)).toEqual(['upload']);
      for (const item of items) await item.remove();
      expect(await itemsOf(store, key)).toEqual([]);
      await expectNothing(subject(), key);
    });

    it('does not show what was touched since', async () => {
      const { store } = subject();
      const key = freshKey();
      const upload = await store.beginUpload(key);
      await store.write(vault(key), 1, bodyOf(1, 'new'));
      await store.write(ingest(`${key}/a`), 1, bodyOf(1, 'new'));
      expect(await itemsOf(store, key, new Date(Date.now() - 60_000))).toEqual([]);
      for (const item of await itemsOf(store, key)) await item.remove();
      await expectNothing(subject(), key);
      await store.abortUpload(upload);
    });

    it('removes one of two uploads of a key, and neither the other nor the object', async () => {
      const { store } = subject();
      const key = freshKey();
      await store.write(ingest(key), 10, bodyOf(10, 'object'));
      const [wanted, unwanted] = [await store.beginUpload(key), await store.beginUpload(key)];
      const part = await put(store, wanted, 1, 10, 'new object');
      await put(store, unwanted, 1, 10, 'other');
      const items = await itemsOf(store, key);
      const item = items.find((one) => one.isNamedBy(unwanted.handle));
      expect(items).toHaveLength(3);
      await item?.remove();
      await item?.remove();
      expect((await readDigest(store, ingest(key))).sha256).toBe(hashOf([10, 'object']));
      await expect(put(store, unwanted, 2, 10, 'late')).rejects.toThrow();
      await store.finishUpload(wanted, [part]);
      expect((await readDigest(store, ingest(key))).sha256).toBe(hashOf([10, 'new object']));
      await store.remove(ingest(key));
      await expectNothing(subject(), key);
    });

    it('leaves an upload alone that was finished after it was shown', async () => {
      const { store } = subject();
      const key = freshKey();
      const upload = await store.beginUpload(key);
      const part = await put(store, upload, 1, 10, 'whole');
      const [shown] = await itemsOf(store, key);
      await store.finishUpload(upload, [part]);
      await shown?.remove();
      expect((await readDigest(store, ingest(key))).sha256).toBe(hashOf([10, 'whole']));
      await store.remove(ingest(key));
      await expectNothing(subject(), key);
    });

    it('ends when it is told to', async () => {
      const { store } = subject();
      const key = freshKey();
      await store.write(vault(key), 1, bodyOf(1, 'x'));
      const signal = AbortSignal.abort(new Error('enough'));
      const look = async (): Promise<void> => {
        for await (const _ of store.list({ unchangedSince: new Date(), signal })) continue;
      };
      await expect(look()).rejects.toThrow('enough');
      await store.remove(vault(key));
    });
  });
}
