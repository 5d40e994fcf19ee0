import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileStore, FileTransaction } from '../../src/ports/file-store.js';
import type { ClaimOutcome } from '../../src/ports/idempotency.js';
import { ACME, GLOBEX } from '../support/stored-files.js';
import type { FileStoreHarness } from './file-store.js';

const claim = (key: string, fingerprint = 'f'): Parameters<FileTransaction['claimKey']>[0] => ({
  key,
  fingerprint,
  ttlSeconds: 60,
});

/** What every file store keeps to for idempotency keys. */
export function describeIdempotencyKeys(name: string, open: () => Promise<FileStoreHarness>): void {
  describe(`idempotency keys: ${name}`, () => {
    let harness: FileStoreHarness;
    let store: FileStore;
    beforeAll(async () => {
      harness = await open();
      store = harness.store;
    });
    afterAll(() => harness.close());

    const answerOnce = (key: string, answer: unknown, fingerprint = 'f'): Promise<ClaimOutcome> =>
      store.transact(ACME, async (tx) => {
        const outcome = await tx.claimKey(claim(key, fingerprint));
        if (outcome.kind === 'claimed') await tx.storeAnswer(key, answer);
        return outcome;
      });

    it('give the first answer again, whatever JSON it is', async () => {
      const answers = [{ a: [1, null] }, null, 'text', '"quoted"', '12', 0, false, ['{}']];
      for (const [index, answer] of answers.entries()) {
        const key = `json-${index}`;
        expect(await answerOnce(key, answer)).toEqual({ kind: 'claimed' });
        expect(await answerOnce(key, 'other')).toEqual({ kind: 'replayed', answer });
      }
    });

    it('have one effect when claimed by many at once, and one answer for all', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, index) => answerOnce('twins', { index })),
      );
      expect(outcomes.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
      const replayed = outcomes.filter((outcome) => outcome.kind === 'replayed');
      expect(new Set(replayed.map(({ answer }) => JSON.stringify(answer))).size).toBe(1);
      expect(replayed).toHaveLength(29);
    });

    it('refuse another request', async () => {
      await answerOnce('other', 1);
      expect(await answerOnce('other', 2, 'g')).toEqual({ kind: 'mismatch' });
    });

    it('are free again when the first request failed', async () => {
      const failing = store.transact(ACME, async (tx) => {
        await tx.claimKey(claim('failed'));
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await answerOnce('failed', 1, 'g')).toEqual({ kind: 'claimed' });
    });

    it('are free again when they are over', async () => {
      await store.transact(ACME, async (tx) => {
        await tx.claimKey({ ...claim('short'), ttlSeconds: 0 });
        await tx.storeAnswer('short', 1);
      });
      expect(await answerOnce('short', 2, 'g')).toEqual({ kind: 'claimed' });
      expect(await answerOnce('short', 3, 'g')).toEqual({ kind: 'replayed', answer: 2 });
    });

    it('of another tenant do not matter', async () => {
      await answerOnce('shared', 1);
      const outcome = await store.transact(GLOBEX, (tx) => tx.claimKey(claim('shared', 'g')));
      expect(outcome).toEqual({ kind: 'claimed' });
    });
  });
}
