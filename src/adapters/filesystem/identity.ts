import { readFile } from 'node:fs/promises';
import type { StoreIdentity } from '../../ports/store-identity.js';
import { parseStoreId } from '../common/store-id.js';
import type { Disk } from './disk.js';
import { guard, unless } from './store-error.js';
import { publish, writeScratchBytes } from './write-durably.js';

/** The id of the store, in a file beside its areas. Once it was seen, it also tells whether the disk is there. */
export const tellIdentity = ({ layout, scratch }: Disk): StoreIdentity => ({
  identityPlace: layout.identity,
  identity: () =>
    guard(async () => {
      const text = await unless(['ENOENT'], () => readFile(layout.identity, 'utf8'));
      if (text === undefined) return undefined;
      const id = parseStoreId(text, layout.identity);
      layout.landmark.path = layout.identity;
      return id;
    }),
  identify: (id, signal) =>
    guard(async () => {
      signal?.throwIfAborted();
      await publish(await writeScratchBytes(scratch, Buffer.from(`${id}\n`)), layout.identity);
      layout.landmark.path = layout.identity;
    }),
});
