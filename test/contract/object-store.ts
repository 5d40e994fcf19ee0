import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/domain/errors.js';
import { ingest, put, readDigest, vault, type StoreSubject } from '../support/store-subject.js';
import { bodyOf, hashOf } from '../support/test-bytes.js';
import { describeIdentity } from './object-store-identity.js';
import { describeInventory } from './object-store-inventory.js';
import { describeObjects } from './object-store-objects.js';
import { describeQuarantine } from './object-store-quarantine.js';
import { describeUploads } from './object-store-parts.js';

/** What every object store guarantees, whatever it is made of. */
export function describeObjectStore(name: string, open: () => Promise<StoreSubject>): void {
  describe(`object store: ${name}`, () => {
    let opened: StoreSubject | undefined;
    const subject = (): StoreSubject => {
      if (!opened) throw new Error('The store is not open.');
      return opened;
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());

    describeUploads(subject);
    describeObjects(subject);
    describeQuarantine(subject);
    describeInventory(subject);
    describeIdentity(subject);

    it('keeps keys apart of which one begins like the other, and the areas', async () => {
      for (const key of ['a', 'a/b', 'a/b/c']) await subject().store.write(vault(key), 10, bodyOf(10, key));
      await subject().store.write(ingest('a'), 10, bodyOf(10, 'staged'));
      await subject().store.remove(vault('a/b'));
      expect((await readDigest(subject().store, vault('a'))).sha256).toBe(hashOf([10, 'a']));
      expect((await readDigest(subject().store, vault('a/b/c'))).sha256).toBe(hashOf([10, 'a/b/c']));
      expect((await readDigest(subject().store, ingest('a'))).sha256).toBe(hashOf([10, 'staged']));
      expect(await subject().store.read(vault('a/b'))).toBeUndefined();
      await Promise.all([
        subject().store.remove(vault('a')),
        subject().store.remove(vault('a/b/c')),
        subject().store.remove(ingest('a')),
      ]);
    });

    it.each([
      '',
      '/',
      '..',
      '../x',
      'a/../b',
      'a//b',
      '/etc/passwd',
      'a/',
      'A',
      'a.b',
      'a\0b',
      'ä',
      'a%2fb',
      'a\\b',
      'x'.repeat(600),
    ])('refuses the key %j, which the server never makes', async (key) => {
      await expect(subject().store.beginUpload(key)).rejects.toBeInstanceOf(PermanentError);
      await expect(subject().store.write(vault(key), 1, bodyOf(1, 'k'))).rejects.toBeInstanceOf(
        PermanentError,
      );
      await expect(subject().store.read(vault(key))).rejects.toBeInstanceOf(PermanentError);
      await expect(subject().store.remove(ingest(key))).rejects.toBeInstanceOf(PermanentError);
    });

    it.each(['', '..', '../../x', 'a/b', '0'.repeat(32)])(
      'refuses the handle %j, which no store made',
      async (handle) => {
        const upload = { key: 'a', handle };
        await expect(put(subject().store, upload, 1, 1, 'x')).rejects.toBeInstanceOf(PermanentError);
        await expect(subject().store.finishUpload(upload, [])).rejects.toBeInstanceOf(PermanentError);
      },
    );

    it('says that it works', async () => {
      await subject().store.check();
      await expect(subject().store.check(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    });
  });
}
