import { expect, it, vi } from 'vitest';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { createUuidV7Ids } from '../../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../../src/domain/actor.js';
import { TransientError } from '../../../src/domain/errors.js';
import type { ObjectStore } from '../../../src/ports/object-store.js';
import { newFile } from '../../../src/usecases/new-file.js';
import { ACME } from '../../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload']) };

it('opens nothing in the store while the database is away', async () => {
  const beginUpload = vi.fn<ObjectStore['beginUpload']>();
  const made = newFile(
    {
      files: { transact: () => Promise.reject(new TransientError('postgres', 'It is away.')) },
      objects: { beginUpload } as Partial<ObjectStore> as ObjectStore,
      clock: createSystemClock(),
      ids: createUuidV7Ids(),
      settings: { sessionTtlSeconds: 60 },
    },
    ACTOR,
    {
      name: 'a.bin',
      sizeBytes: 1,
      partSizeBytes: 5_242_880,
      declaredType: null,
      declaredSha256: null,
      priority: 'INTERACTIVE',
      metadata: [],
    },
  );
  await expect(made).rejects.toThrow(TransientError);
  expect(beginUpload).not.toHaveBeenCalled();
});
