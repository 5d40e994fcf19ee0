import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/domain/errors.js';
import type { OpenObject } from '../../src/ports/object-store.js';
import {
  expectNothing,
  freshKey,
  ingest,
  itemsOf,
  put,
  vault,
  type GetSubject,
} from '../support/store-subject.js';
import { bodyOf, digest, hashOf } from '../support/test-bytes.js';

const MIB = 1024 * 1024;

/** What every store guarantees of content that it holds apart. */
export function describeQuarantine(subject: GetSubject): void {
  const read = async (key: string): Promise<{ sha256: string; sizeBytes: number } | undefined> => {
    const object: OpenObject | undefined = await subject().store.readIsolated(key);
    return object && digest(object.body);
  };

  describe('isolated content', () => {
    it.each([0, 1, 3 * MIB + 1, 11 * MIB])('is the %i bytes that were sealed, which stay', async (size) => {
      const { store } = subject();
      const key = freshKey();
      await store.write(vault(key), size, bodyOf(size, 'v'));
      expect(await store.isolate(vault(key), key)).toBe(true);
      expect(await read(key)).toEqual({ sha256: hashOf([size, 'v']), sizeBytes: size });
      expect(await store.stat(vault(key))).toBe(size);
      await store.remove(vault(key));
      expect(await read(key)).toEqual({ sha256: hashOf([size, 'v']), sizeBytes: size });
      await store.removeIsolated(key);
      await store.removeIsolated(key);
      expect(await read(key)).toBeUndefined();
      await expectNothing(subject(), key);
    });

    it('is what the parts of an upload were put together to', async () => {
      const { store } = subject();
      const key = freshKey();
      const upload = await store.beginUpload(key);
      const parts = [await put(store, upload, 1, 5 * MIB, 'a'), await put(store, upload, 2, 77, 'b')];
      await store.finishUpload(upload, parts);
      expect(await store.isolate(ingest(key), key)).toBe(true);
      const range = { start: 5 * MIB - 1, end: 5 * MIB + 76 };
      const object = await store.readIsolated(key, range);
      expect(object && (await digest(object.body)).sizeBytes).toBe(78);
      await store.abortUpload(upload);
      await store.remove(ingest(key));
      expect(await read(key)).toEqual({ sha256: hashOf([5 * MIB, 'a'], [77, 'b']), sizeBytes: 5 * MIB + 77 });
      await store.removeIsolated(key);
      await expectNothing(subject(), key);
    });

    it('is nothing that can be read under the same key in another area', async () => {
      const { store } = subject();
      const key = freshKey();
      await store.write(ingest(key), 10, bodyOf(10, 'i'));
      await store.isolate(ingest(key), key);
      await store.remove(ingest(key));
      for (const ref of [ingest(key), vault(key)]) {
        expect(await store.read(ref)).toBeUndefined();
        expect(await store.lend(ref)).toBeUndefined();
        expect(await store.stat(ref)).toBeUndefined();
      }
      await store.removeIsolated(key);
      await expectNothing(subject(), key);
    });

    it('stays what it was when it is isolated again, also by many at once and by another process', async () => {
      const key = freshKey();
      const stores = [subject().store, await subject().reopen()];
      await stores[0]?.write(ingest(key), 1_000, bodyOf(1_000, 'first'));
      const isolate = stores.flatMap((store) => [1, 2, 3].map(() => store.isolate(ingest(key), key)));
      expect(await Promise.all(isolate)).toEqual([true, true, true, true, true, true]);
      await subject().store.write(ingest(key), 9, bodyOf(9, 'other'));
      expect(await subject().store.isolate(ingest(key), key)).toBe(true);
      expect(await read(key)).toEqual({ sha256: hashOf([1_000, 'first']), sizeBytes: 1_000 });
      await subject().store.remove(ingest(key));
      await subject().store.removeIsolated(key);
      await expectNothing(subject(), key);
    });

    it('is not there when there was nothing to isolate', async () => {
      const key = freshKey();
      expect(await subject().store.isolate(ingest(key), key)).toBe(false);
      expect(await subject().store.isolate(vault(key), key)).toBe(false);
      expect(await subject().store.readIsolated(key)).toBeUndefined();
      await expectNothing(subject(), key);
    });

    it('is shown to the collector as what it is, and removed by it', async () => {
      const { store } = subject();
      const key = freshKey();
      await store.write(vault(key), 10, bodyOf(10, 'v'));
      await store.isolate(vault(key), key);
      await store.remove(vault(key));
      const [item, ...others] = await itemsOf(store, key);
      expect([item?.area, item?.kind, item?.key, others]).toEqual(['quarantine', 'object', key, []]);
      expect(await item?.sizeBytes()).toBe(10);
      await item?.remove();
      expect(await read(key)).toBeUndefined();
      await expectNothing(subject(), key);
    });

    it.each(['', '..', '../x', 'A', 'a//b'])(
      'refuses the key %j, which the server never makes',
      async (key) => {
        const { store } = subject();
        await expect(store.isolate(vault('a'), key)).rejects.toBeInstanceOf(PermanentError);
        await expect(store.readIsolated(key)).rejects.toBeInstanceOf(PermanentError);
        await expect(store.removeIsolated(key)).rejects.toBeInstanceOf(PermanentError);
      },
    );
  });
}
