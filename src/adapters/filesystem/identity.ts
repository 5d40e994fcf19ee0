import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { StoreIdentity } from '../../ports/store-identity.js';
import { parseStoreId } from '../common/store-id.js';
import type { Disk } from './multipart.js';
import { guard, unless } from './store-error.js';
import { publish, writeScratch } from './write-durably.js';

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
      const text = Buffer.from(`${id}\n`);
      const file = await writeScratch(scratch, text.byteLength, Readable.from([text]), signal);
      await publish(file, layout.identity);
      layout.landmark.path = layout.identity;
    }),
});
