import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/domain/errors.js';
import type { LentChunks } from '../../src/ports/object-store.js';
import { expectNothing, freshKey, readDigest, type GetSubject } from '../support/store-subject.js';
import { bodyOf, digest, failingBody, hashOf } from '../support/test-bytes.js';

const MIB = 1024 * 1024;

/** Overwrites each chunk as soon as the next one is asked for. */
async function* lent(body: LentChunks): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    const copy = Uint8Array.from(chunk);
    yield copy;
    copy.fill(0);
  }
}

/** What every store guarantees of objects that are written and read whole. */
export function describeObjects(subject: GetSubject): void {
  describe.each(['ingest', 'vault'] as const)('whole objects in %s', (area) => {
    it.each([0, 1, 65_536, 3 * MIB + 1, 11 * MIB])(
      'gives back the %i bytes that were written',
      async (size) => {
        const key = freshKey();
        await subject().store.write({ area, key }, size, bodyOf(size, 'w'));
        expect(
          (
            await subject()
              .store.read({ area, key })
              .then((object) => object?.body.destroy() && object)
          )?.sizeBytes,
        ).toBe(size);
        expect(await subject().store.stat({ area, key })).toBe(size);
        expect(await readDigest(subject().store, { area, key })).toEqual({
          sha256: hashOf([size, 'w']),
          sizeBytes: size,
        });
        await subject().store.remove({ area, key });
        await subject().store.remove({ area, key });
        expect(await subject().store.read({ area, key })).toBeUndefined();
        expect(await subject().store.stat({ area, key })).toBeUndefined();
        await expectNothing(subject(), key);
      },
    );

    it.each([100, 11 * MIB])(
      'shows nothing of a write of %i bytes that fails, and keeps what was there',
      async (size) => {
        const key = freshKey();
        const broken = new Error('gone');
        await expect(subject().store.write({ area, key }, size, failingBody(size >> 1, broken))).rejects.toBe(
          broken,
        );
        expect(await subject().store.read({ area, key })).toBeUndefined();
        await subject().store.write({ area, key }, 9, bodyOf(9, 'first'));
        for (const wrong of [size - 1, size + 1]) {
          await expect(
            subject().store.write({ area, key }, size, bodyOf(wrong, 'bad')),
          ).rejects.toBeInstanceOf(PermanentError);
        }
        expect((await readDigest(subject().store, { area, key })).sha256).toBe(hashOf([9, 'first']));
        await subject().store.write({ area, key }, size, bodyOf(size, 'second'));
        expect((await readDigest(subject().store, { area, key })).sha256).toBe(hashOf([size, 'second']));
        await subject().store.remove({ area, key });
        await expectNothing(subject(), key);
      },
    );

    it('reads exactly the range that is asked for', async () => {
      const key = freshKey();
      const whole = Buffer.concat((await bodyOf(100_000, 'r').toArray()) as Buffer[]);
      await subject().store.write({ area, key }, 100_000, bodyOf(100_000, 'r'));
      for (const [start, end] of [
        [0, 0],
        [99_999, 99_999],
        [0, 99_999],
        [65_535, 65_536],
        [1, 70_000],
      ] as const) {
        const object = await subject().store.read({ area, key }, { start, end });
        expect(object?.sizeBytes).toBe(100_000);
        const bytes = Buffer.concat((await object?.body.toArray()) as Buffer[]);
        expect(bytes.equals(whole.subarray(start, end + 1))).toBe(true);
      }
      for (const [start, end] of [
        [0, 100_000],
        [100_000, 100_000],
        [5, 4],
        [-1, 4],
        [0.5, 4],
      ] as const) {
        await expect(subject().store.read({ area, key }, { start, end })).rejects.toBeInstanceOf(
          PermanentError,
        );
      }
      await subject().store.remove({ area, key });
    });

    it.each([0, 1, 3 * MIB + 1])('lends the %i bytes of an object for one pass', async (size) => {
      const key = freshKey();
      await subject().store.write({ area, key }, size, bodyOf(size, 'l'));
      const object = await subject().store.lend({ area, key });
      if (!object) throw new Error('There is no object.');
      const hash = createHash('sha256');
      for await (const chunk of object.body as LentChunks) {
        // Whoever reads ahead must not write into what the reader still has.
        await delay(2);
        hash.update(chunk);
      }
      expect(object.sizeBytes).toBe(size);
      expect(hash.digest('hex')).toBe(hashOf([size, 'l']));
      await subject().store.remove({ area, key });
      expect(await subject().store.lend({ area, key })).toBeUndefined();
    });

    it.each([0, 7, 3 * MIB + 1, 9 * MIB + 1])('writes %i bytes that are only lent to it', async (size) => {
      const key = freshKey();
      await subject().store.write({ area, key }, size, lent(bodyOf(size, 'm')));
      expect((await readDigest(subject().store, { area, key })).sha256).toBe(hashOf([size, 'm']));
      await expect(
        subject().store.write({ area, key }, size + 1, lent(bodyOf(size, 'bad'))),
      ).rejects.toBeInstanceOf(PermanentError);
      const broken = new Error('gone');
      await expect(subject().store.write({ area, key }, 9, lent(failingBody(4, broken)))).rejects.toBe(
        broken,
      );
      expect((await readDigest(subject().store, { area, key })).sha256).toBe(hashOf([size, 'm']));
      await subject().store.remove({ area, key });
      await expectNothing(subject(), key);
    });

    it('ends a body with an error when its signal aborts', async () => {
      const key = freshKey();
      await subject().store.write({ area, key }, 11 * MIB, bodyOf(11 * MIB, 'w'));
      const controller = new AbortController();
      const object = await subject().store.read({ area, key }, undefined, controller.signal);
      if (!object) throw new Error('There is no object.');
      const reading = digest(object.body);
      controller.abort();
      await expect(reading).rejects.toThrow();
      await subject().store.remove({ area, key });
    });
  });
}
