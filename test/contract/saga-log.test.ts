import { describe, expect, it } from 'vitest';
import type { FileId } from '../../src/domain/ids.js';
import type { SagaEntry } from '../../src/domain/saga-entry.js';
import { SAGAS, SAGA_CAUSES, STEP_OUTCOMES } from '../../src/domain/saga.js';
import type { FileStore } from '../../src/ports/file-store.js';
import { asSuperuser, type TestDatabase } from '../support/database.js';
import { onFileStore } from '../support/file-store.js';
import { linesOf, readLog } from '../support/saga-lines.js';
import {
  ACME,
  advance,
  cleanDecision,
  findStored,
  GLOBEX,
  storeFile,
  storeWaitingFile,
} from '../support/stored-files.js';

const LEASE_MS = 60_000;

describe('the log of sagas', () => {
  let urls: TestDatabase;
  let store: FileStore;
  onFileStore((made) => void ({ urls, store } = made));

  const linesOfFile = async (id: FileId): Promise<string[]> => linesOf(await readLog(store, ACME, id));
  const begin = async (id: FileId, leaseMs: number): Promise<unknown> =>
    store.transact(ACME, (tx) => tx.beginInspection(id, leaseMs));
  const settle = async (id: FileId, version: number): Promise<void> =>
    store.transact(ACME, (tx) => tx.markStagedRemoved(id, version));

  it('tells each step of a file that was received, inspected and deleted, in order', async () => {
    const { id } = await storeWaitingFile(store, ACME, { ingestHandle: 'handle' });
    await begin(id, LEASE_MS);
    const clean = await advance(store, ACME, id, cleanDecision(await findStored(store, ACME, id)));
    await settle(id, clean.version);
    const deleted = await advance(store, ACME, id, { kind: 'delete' });
    await settle(id, clean.version);
    const run = String(deleted.version);
    const expected = [
      'COMPLETION 1 OPEN DONE',
      'COMPLETION 1 HAND_OVER DONE',
      'COMPLETION 1 ASSEMBLE STARTED',
      'INSPECTION 1 SEAL STARTED',
      'COMPLETION 1 ASSEMBLE DONE',
      'INSPECTION 1 SEAL DONE',
      'INSPECTION 1 DECIDE DONE',
      'INSPECTION 1 CLEAN_UP STARTED',
      'INSPECTION 1 CLEAN_UP DONE',
      `DELETION ${run} END DONE DELETED`,
      `DELETION ${run} REMOVE STARTED`,
    ];
    expect(await linesOfFile(id)).toEqual(expected);
    await settle(id, deleted.version);
    await settle(id, deleted.version);
    expect(await linesOfFile(id)).toEqual([...expected, `DELETION ${run} REMOVE DONE`]);
  });

  it('says that an inspection failed when the next one begins without a word of it', async () => {
    const { id } = await storeWaitingFile(store, ACME);
    await begin(id, 0);
    await begin(id, LEASE_MS);
    expect(await begin(id, LEASE_MS)).toBeUndefined();
    expect((await linesOfFile(id)).slice(3)).toEqual([
      'INSPECTION 1 SEAL STARTED',
      'INSPECTION 1 SEAL FAILED INTERRUPTED',
      'INSPECTION 2 SEAL STARTED',
    ]);
  });

  it('says that an upload was undone only when its bytes are gone', async () => {
    const { id } = await storeFile(store, ACME);
    const cancelled = await advance(store, ACME, id, { kind: 'cancel' });
    expect((await linesOfFile(id)).slice(1)).toEqual([
      'DELETION 2 END DONE CANCELLED',
      'DELETION 2 REMOVE STARTED',
      'COMPLETION 1 OPEN FAILED CANCELLED',
    ]);
    await settle(id, cancelled.version);
    expect((await linesOfFile(id)).slice(4)).toEqual([
      'COMPLETION 1 OPEN COMPENSATED',
      'DELETION 2 REMOVE DONE',
    ]);
  });

  it('is written with the change or not at all', async () => {
    const file = await storeFile(store, ACME);
    const lost = store.transact(ACME, async (tx) => {
      await tx.change(file, { ...file, state: 'CANCELLED', version: 2, expiresAt: null });
      throw new Error('no');
    });
    await expect(lost).rejects.toThrow('no');
    expect(await linesOfFile(file.id)).toEqual(['COMPLETION 1 OPEN DONE']);
  });

  it('does not say the same failure again, but says another one', async () => {
    const { id } = await storeWaitingFile(store, ACME);
    const fail = (cause: 'STORE_UNAVAILABLE' | 'UNEXPECTED'): Promise<void> => {
      const step = { saga: 'COMPLETION', run: null, step: 'HAND_OVER', outcome: 'FAILED', cause } as const;
      return store.transact(ACME, (tx) => tx.logSteps(id, [{ ...step, after: ['DONE', 'FAILED'] }]));
    };
    for (const cause of [
      'STORE_UNAVAILABLE',
      'STORE_UNAVAILABLE',
      'UNEXPECTED',
      'STORE_UNAVAILABLE',
    ] as const) {
      await fail(cause);
    }
    expect((await linesOfFile(id)).slice(3)).toEqual([
      'COMPLETION 1 HAND_OVER FAILED STORE_UNAVAILABLE',
      'COMPLETION 1 HAND_OVER FAILED UNEXPECTED',
      'COMPLETION 1 HAND_OVER FAILED STORE_UNAVAILABLE',
    ]);
  });

  it('stops to say so when a step fails again and again, and still says how it ended', async () => {
    const { id } = await storeWaitingFile(store, ACME);
    const step = { saga: 'COMPLETION', run: null, step: 'ASSEMBLE', after: ['STARTED', 'FAILED'] } as const;
    for (let round = 0; round < 60; round += 1) {
      const cause = round % 2 === 0 ? 'STORE_UNAVAILABLE' : 'UNEXPECTED';
      await store.transact(ACME, (tx) => tx.logSteps(id, [{ ...step, outcome: 'FAILED', cause }]));
    }
    await store.transact(ACME, (tx) => tx.logSteps(id, [{ ...step, outcome: 'DONE' }]));
    const lines = await linesOfFile(id);
    expect(lines.length).toBeLessThan(30);
    expect(lines.at(-1)).toBe('COMPLETION 1 ASSEMBLE DONE');
  });

  it('gives whole runs, those that began last', async () => {
    const { id } = await storeWaitingFile(store, ACME);
    for (let attempt = 0; attempt < 3; attempt += 1) await begin(id, 0);
    const read = (maxRuns: number): Promise<string[]> =>
      store.transact(ACME, async (tx) => linesOf(await tx.sagaSteps(id, maxRuns)));
    expect(await read(1)).toEqual(['INSPECTION 3 SEAL STARTED']);
    expect(await read(2)).toEqual([
      'INSPECTION 2 SEAL STARTED',
      'INSPECTION 2 SEAL FAILED INTERRUPTED',
      'INSPECTION 3 SEAL STARTED',
    ]);
  });

  it('takes every step, outcome and cause that there is, and no others', async () => {
    const { id } = await storeFile(store, ACME);
    const entries = Object.entries(SAGAS).flatMap(([saga, steps]) =>
      steps.flatMap(({ name: step }) => STEP_OUTCOMES.map((outcome) => ({ saga, run: 'x', step, outcome }))),
    );
    const causes = SAGA_CAUSES.map((cause, index) => ({
      saga: 'DELETION',
      run: String(index),
      step: 'END',
      outcome: 'FAILED',
      cause,
    }));
    const write = (all: readonly object[]): Promise<void> =>
      store.transact(ACME, (tx) => tx.logSteps(id, all as readonly SagaEntry[]));
    await write([...entries, ...causes]);
    expect(await linesOfFile(id)).toHaveLength(1 + entries.length + causes.length);
    const [known] = entries;
    for (const wrong of [
      { step: 'MOVE' },
      { outcome: 'PERHAPS' },
      { cause: '/var/lib' },
      { saga: 'OTHER' },
    ]) {
      await expect(write([{ ...known, run: 'y', ...wrong }])).rejects.toThrow();
    }
  });

  it('belongs to one tenant', async () => {
    const { id } = await storeFile(store, ACME);
    expect(await readLog(store, GLOBEX, id)).toEqual([]);
  });

  it('is never changed or removed, not even by its owner', async () => {
    await storeFile(store, ACME);
    for (const statement of [
      'update saga_steps set cause = null',
      'delete from saga_steps',
      'truncate saga_steps',
    ]) {
      const tried = asSuperuser(urls.ownerUrl, (client) => client.query(statement));
      await expect(tried).rejects.toThrow('never changed or removed');
    }
  });
});
