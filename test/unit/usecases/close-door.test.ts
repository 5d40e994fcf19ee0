import { expect, it, vi } from 'vitest';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import type { Actor } from '../../../src/domain/actor.js';
import type { FileState } from '../../../src/domain/file-state.js';
import type { FileStore, FileTransaction } from '../../../src/ports/file-store.js';
import type { ObjectStore } from '../../../src/ports/object-store.js';
import { completeUpload } from '../../../src/usecases/complete-upload.js';
import { createMemoryEventBus } from '../../support/memory-event-bus.js';
import { ACME, draftFile } from '../../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload']) };
const file = draftFile(ACME, { state: 'SCANNING', transferMode: 'DIRECT', ingestHandle: 'handle' });

/** A database in which the file stands so when its upload has just been ended in the store. */
const standing = (state: FileState, isCleanedUp: boolean): FileStore => {
  const claim = { id: file.id, state, attempt: 1, ingestHandle: null, isCleanedUp };
  const tx: Partial<FileTransaction> = {
    findForUpdate: () => Promise.resolve(file),
    parts: () => Promise.resolve([]),
    claims: () => Promise.resolve({ files: new Map([[file.id, claim]]), namedKeys: new Set() }),
  };
  return { transact: (_scope, work) => work(tx as FileTransaction) };
};

it.each<[FileState, string, boolean, number]>([
  ['CLEAN', 'after an inspection that is over already', false, 1],
  ['INFECTED', 'after its bytes went to the quarantine', true, 1],
  ['INFECTED', 'while its bytes are on their way to the quarantine', false, 0],
  ['SCANNING', 'before the inspection', false, 0],
])('an object that is made of a %s file %s: %s, %i removed', async (state, _, isCleanedUp, times) => {
  const finished = Promise.withResolvers<void>();
  const remove = vi.fn<ObjectStore['remove']>(() => Promise.resolve());
  const objects = { finishUpload: () => finished.promise, remove } as Partial<ObjectStore> as ObjectStore;
  const deps = {
    files: standing(state, isCleanedUp),
    objects,
    bus: createMemoryEventBus(),
    clock: createSystemClock(),
    settings: { idempotencyTtlSeconds: 60 },
  };
  expect(await completeUpload(deps)(ACTOR, { fileId: file.id })).toMatchObject({ ok: true });
  expect(remove).not.toHaveBeenCalled();
  finished.resolve();
  await new Promise(setImmediate);
  expect(remove.mock.calls).toEqual(times === 0 ? [] : [[{ area: 'ingest', key: file.ingestKey }]]);
});
