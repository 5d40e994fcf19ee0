import { describe, expect, it } from 'vitest';
import { PermanentError, UploadGoneError } from '../../src/domain/errors.js';
import type { LentChunks } from '../../src/ports/object-store.js';
import {
  expectNothing,
  freshKey,
  ingest,
  put,
  readDigest,
  type GetSubject,
} from '../support/store-subject.js';
import { bodyOf, failingBody, hashOf, stallingBody } from '../support/test-bytes.js';

const MIB = 1024 * 1024;
/** Smallest part that every store takes. */
const PART = 5 * MIB;

/** Passes chunks on as they are lent: to the store a `Readable` would be one whose chunks it may keep. */
async function* lent(body: LentChunks): LentChunks {
  yield* body;
}

/** What every store guarantees of uploads in parts. */
export function describeUploads(subject: GetSubject): void {
  describe('uploads in parts', () => {
    it('joins parts in the order of their numbers, in whatever order and however parallel they came', async () => {
      const key = freshKey();
      const upload = await subject().store.beginUpload(key);
      const numbers = [7, 1, 12, 3, 2, 11, 4, 10, 5, 9, 8, 6];
      const sizeOf = (number: number): number => (number === 12 ? 17 : PART);
      const parts = await Promise.all(
        numbers.map((number) => put(subject().store, upload, number, sizeOf(number), `p${String(number)}`)),
      );
      parts.sort((a, b) => a.partNumber - b.partNumber);
      await subject().store.finishUpload(upload, parts);
      const pieces = parts.map(({ partNumber }) => [sizeOf(partNumber), `p${String(partNumber)}`] as const);
      expect(await readDigest(subject().store, ingest(key))).toEqual({
        sha256: hashOf(...pieces),
        sizeBytes: 11 * PART + 17,
      });
      const across = await readDigest(subject().store, ingest(key), { start: PART - 3, end: 2 * PART + 3 });
      expect(across.sizeBytes).toBe(PART + 7);
      await subject().store.remove(ingest(key));
      await expectNothing(subject(), key);
    });

    it('takes parts as small as it says', async () => {
      const { store } = subject();
      const key = freshKey();
      const upload = await store.beginUpload(key);
      const sizes = [store.minPartBytes, store.minPartBytes, 1];
      const parts = [];
      for (const size of sizes) parts.push(await put(store, upload, parts.length + 1, size, 'p'));
      await store.finishUpload(upload, parts);
      const pieces = sizes.map((size) => [size, 'p'] as const);
      expect((await readDigest(store, ingest(key))).sha256).toBe(hashOf(...pieces));
      await store.remove(ingest(key));
    });

    it('copies parts of odd sizes as they are lent', async () => {
      const { store } = subject();
      const key = freshKey();
      const upload = await store.beginUpload(key);
      const pieces = [
        [PART + 1, 'a'],
        [PART + MIB, 'b'],
        [4095, 'c'],
      ] as const;
      const parts = [];
      for (const [size, seed] of pieces) {
        parts.push(await put(store, upload, parts.length + 1, size, seed));
      }
      await store.finishUpload(upload, parts);
      const object = await store.lend(ingest(key));
      if (!object) throw new Error('There is no object.');
      const copy = { area: 'vault', key } as const;
      await store.write(copy, object.sizeBytes, lent(object.body));
      expect((await readDigest(store, copy)).sha256).toBe(hashOf(...pieces));
      await store.remove(copy);
      await store.remove(ingest(key));
      await expectNothing(subject(), key);
    });

    it('takes the newer of two parts with one number, and its etag differs', async () => {
      const key = freshKey();
      const upload = await subject().store.beginUpload(key);
      const old = await put(subject().store, upload, 1, 100, 'old');
      const fresh = await put(subject().store, upload, 1, 100, 'new');
      expect(fresh.etag).not.toBe(old.etag);
      expect(fresh.etag).not.toMatch(/"/);
      await subject().store.finishUpload(upload, [fresh]);
      expect(await readDigest(subject().store, ingest(key))).toEqual({
        sha256: hashOf([100, 'new']),
        sizeBytes: 100,
      });
      await subject().store.remove(ingest(key));
      await expectNothing(subject(), key);
    });

    it.each([
      ['is shorter than announced', 99],
      ['is longer than announced', 101],
      ['is much longer than announced', 3 * MIB],
      ['is empty', 0],
    ])('refuses a body that %s and keeps the part as it was', async (_, size) => {
      const key = freshKey();
      const upload = await subject().store.beginUpload(key);
      const part = await put(subject().store, upload, 1, 100, 'good');
      await expect(subject().store.putPart(upload, 1, 100, bodyOf(size, 'bad'))).rejects.toBeInstanceOf(
        PermanentError,
      );
      await subject().store.finishUpload(upload, [part]);
      expect(await readDigest(subject().store, ingest(key))).toEqual({
        sha256: hashOf([100, 'good']),
        sizeBytes: 100,
      });
      await subject().store.remove(ingest(key));
      await expectNothing(subject(), key);
    });

    it.each([0, 1, MIB])(
      'throws what a body fails with after %i bytes, and keeps the part as it was',
      async (sent) => {
        const key = freshKey();
        const upload = await subject().store.beginUpload(key);
        const part = await put(subject().store, upload, 1, 2 * MIB, 'good');
        const broken = new Error('the sender is gone');
        await expect(subject().store.putPart(upload, 1, 2 * MIB, failingBody(sent, broken))).rejects.toBe(
          broken,
        );
        await subject().store.finishUpload(upload, [part]);
        expect((await readDigest(subject().store, ingest(key))).sha256).toBe(hashOf([2 * MIB, 'good']));
        await subject().store.remove(ingest(key));
        await expectNothing(subject(), key);
      },
    );

    it('refuses a body that was destroyed before it began', async () => {
      const upload = await subject().store.beginUpload(freshKey());
      const body = bodyOf(10, 'x').destroy();
      await expect(subject().store.putPart(upload, 1, 10, body)).rejects.toThrow();
      await subject().store.abortUpload(upload);
      await expectNothing(subject(), upload.key);
    });

    it('makes an object of zero bytes of no parts, also when finished twice', async () => {
      const key = freshKey();
      const upload = await subject().store.beginUpload(key);
      await subject().store.finishUpload(upload, []);
      await subject().store.finishUpload(upload, []);
      expect(
        await subject()
          .store.read(ingest(key))
          .then((object) => object?.sizeBytes),
      ).toBe(0);
      expect((await readDigest(subject().store, ingest(key))).sizeBytes).toBe(0);
      await subject().store.remove(ingest(key));
      await expectNothing(subject(), key);
    });

    it('finishes once, however often and wherever it is asked to', async () => {
      const key = freshKey();
      const upload = await subject().store.beginUpload(key);
      const parts = [
        await put(subject().store, upload, 1, PART, 'a'),
        await put(subject().store, upload, 2, 5, 'b'),
      ];
      await Promise.all([
        subject().store.finishUpload(upload, parts),
        subject().store.finishUpload(upload, parts),
      ]);
      await subject().store.finishUpload(upload, parts);
      await (await subject().reopen()).finishUpload(upload, parts);
      expect((await readDigest(subject().store, ingest(key))).sha256).toBe(hashOf([PART, 'a'], [5, 'b']));
      await subject().store.remove(ingest(key));
      await expectNothing(subject(), key);
    });

    it('refuses to finish with a part that was never put, and can still finish with the right ones', async () => {
      const key = freshKey();
      const upload = await subject().store.beginUpload(key);
      const part = await put(subject().store, upload, 1, 10, 'a');
      const wrong = { partNumber: 1, etag: part.etag.replace(/./g, '0') };
      await expect(subject().store.finishUpload(upload, [wrong])).rejects.toMatchObject({
        name: 'UploadGoneError',
        key,
      });
      expect(await subject().store.read(ingest(key))).toBeUndefined();
      await subject().store.finishUpload(upload, [part]);
      expect((await readDigest(subject().store, ingest(key))).sha256).toBe(hashOf([10, 'a']));
      await subject().store.remove(ingest(key));
    });

    it('takes no part and no end after it was aborted', async () => {
      const key = freshKey();
      const upload = await subject().store.beginUpload(key);
      const part = await put(subject().store, upload, 1, 10, 'a');
      await subject().store.abortUpload(upload);
      await subject().store.abortUpload(upload);
      await expect(put(subject().store, upload, 2, 10, 'b')).rejects.toBeInstanceOf(UploadGoneError);
      await expect(subject().store.finishUpload(upload, [part])).rejects.toBeInstanceOf(UploadGoneError);
      await expectNothing(subject(), key);
    });

    it('keeps the object when a finished upload is aborted', async () => {
      const key = freshKey();
      const upload = await subject().store.beginUpload(key);
      await subject().store.finishUpload(upload, [await put(subject().store, upload, 1, 10, 'a')]);
      await subject().store.abortUpload(upload);
      expect((await readDigest(subject().store, ingest(key))).sizeBytes).toBe(10);
      await expect(put(subject().store, upload, 1, 10, 'late')).rejects.toBeInstanceOf(UploadGoneError);
      expect((await readDigest(subject().store, ingest(key))).sha256).toBe(hashOf([10, 'a']));
      await subject().store.remove(ingest(key));
      await expectNothing(subject(), key);
    });

    it('keeps two uploads of one key apart', async () => {
      const key = freshKey();
      const [one, two] = [await subject().store.beginUpload(key), await subject().store.beginUpload(key)];
      const [first, second] = [
        await put(subject().store, one, 1, 10, 'one'),
        await put(subject().store, two, 1, 10, 'two'),
      ];
      await subject().store.finishUpload(one, [first]);
      expect((await readDigest(subject().store, ingest(key))).sha256).toBe(hashOf([10, 'one']));
      await subject().store.finishUpload(two, [second]);
      expect((await readDigest(subject().store, ingest(key))).sha256).toBe(hashOf([10, 'two']));
      await subject().store.remove(ingest(key));
      await expectNothing(subject(), key);
    });

    it('stops at once when the signal aborts, with its reason, and leaves nothing', async () => {
      const key = freshKey();
      const upload = await subject().store.beginUpload(key);
      const controller = new AbortController();
      const reason = new Error('the client hung up');
      const body = stallingBody(1000);
      const putting = subject().store.putPart(upload, 1, 2 * MIB, body, controller.signal);
      setTimeout(() => {
        controller.abort(reason);
      }, 50);
      await expect(putting).rejects.toBe(reason);
      expect(body.destroyed).toBe(true);
      await expect(
        put(subject().store, upload, 1, 10, 'x').then(() =>
          subject().store.beginUpload(key, controller.signal),
        ),
      ).rejects.toBe(reason);
      await subject().store.abortUpload(upload);
      await expectNothing(subject(), key);
    });

    it('holds little of a part of 256 MiB in memory', async () => {
      const upload = await subject().store.beginUpload(freshKey());
      const before = process.memoryUsage.rss();
      let peak = before;
      const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
      await put(subject().store, upload, 1, 256 * MIB, 'large');
      clearInterval(watch);
      await subject().store.abortUpload(upload);
      expect((peak - before) / MIB).toBeLessThan(100);
      await expectNothing(subject(), upload.key);
    });
  });
}
