import { expect, it } from 'vitest';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import type { Actor } from '../../../src/domain/actor.js';
import { PermanentError } from '../../../src/domain/errors.js';
import type { FileTransaction } from '../../../src/ports/file-store.js';
import type { DirectTransfer, ObjectStore } from '../../../src/ports/object-store.js';
import { completeUpload } from '../../../src/usecases/complete-upload.js';
import { uploadStatus } from '../../../src/usecases/read-files.js';
import { createMemoryEventBus } from '../../support/memory-event-bus.js';
import { ACME, draftFile } from '../../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload', 'file:read']) };
const file = draftFile(ACME, { state: 'RECEIVING', transferMode: 'DIRECT', ingestHandle: 'handle' });
const refused = new PermanentError('object-store', 'The store answered InvalidArgument.');
const direct: Partial<DirectTransfer> = { listParts: () => Promise.reject(refused) };
/** Nothing can be written. */
const tx: Partial<FileTransaction> = {
  find: () => Promise.resolve(file),
  findForUpdate: () => Promise.resolve(file),
  parts: () => Promise.resolve([]),
};
const deps = {
  files: {
    transact: <T>(_scope: unknown, work: (open: FileTransaction) => Promise<T>) =>
      work(tx as FileTransaction),
  },
  objects: { direct } as Partial<ObjectStore> as ObjectStore,
  bus: createMemoryEventBus(),
  clock: createSystemClock(),
  settings: { idempotencyTtlSeconds: 60 },
};

it('an open upload whose parts the store refuses to list is not lost because of that', async () => {
  await expect(completeUpload(deps)(ACTOR, { fileId: file.id })).rejects.toBe(refused);
});

it('an open upload whose parts the store refuses to list still shows what is in the ledger', async () => {
  expect(await uploadStatus(deps)(ACTOR, file)).toMatchObject({
    ok: true,
    value: { parts: [], mode: 'DIRECT', receivedBytes: file.receivedBytes },
  });
});
