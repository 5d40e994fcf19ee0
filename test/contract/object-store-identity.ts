import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/domain/errors.js';
import { itemsOf, type GetSubject } from '../support/store-subject.js';

/** What every store guarantees of the id that tells it from others. */
export function describeIdentity(subject: GetSubject): void {
  describe('identity', () => {
    afterEach(() => subject().setIdentity(undefined));

    it('has none at first, and then the one that it was given, for everybody', async () => {
      const store = await subject().reopen();
      expect(await store.identity()).toBeUndefined();
      const id = randomUUID();
      await store.identify(id);
      await store.identify(id);
      expect(await store.identity()).toBe(id);
      expect(await (await subject().reopen()).identity()).toBe(id);
    });

    it('may be written by hand', async () => {
      const id = randomUUID();
      await subject().setIdentity(`${id.toUpperCase()}\r\n`);
      expect(await (await subject().reopen()).identity()).toBe(id);
    });

    it.each(['', 'something else', `${randomUUID()}${randomUUID()}`, 'x'.repeat(100_000)])(
      'is not what somebody else wrote there',
      async (text) => {
        await subject().setIdentity(text);
        const store = await subject().reopen();
        await expect(store.identity()).rejects.toBeInstanceOf(PermanentError);
        await expect(store.identity()).rejects.toThrow(store.identityPlace);
      },
    );

    it('is nothing that a collector finds', async () => {
      const store = await subject().reopen();
      await store.identify(randomUUID());
      expect(await itemsOf(store, '')).toEqual([]);
    });
  });
}
