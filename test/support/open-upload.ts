import { randomUUID } from 'node:crypto';
import type { File } from '../../src/domain/file.js';
import { fragmentKeyOf, ingestKeyOf } from '../../src/domain/object-keys.js';
import type { FileStore } from '../../src/ports/file-store.js';
import type { ObjectStore, StoredPart } from '../../src/ports/object-store.js';
import { ingest, put } from './store-subject.js';
import { ACME, advance, draftFile, freshFileId } from './stored-files.js';
import { bodyOf, hashOf } from './test-bytes.js';

/** An upload of one part that is open, and what its client may do with it. */
export interface OpenTestUpload {
  readonly file: File;
  /** What its bytes are made of. */
  readonly seed: string;
  sendPart(): Promise<StoredPart>;
  /** Brings the beginning of the part; returns its key. */
  sendFragment(): Promise<string>;
  /** Hands it to inspection. */
  complete(): Promise<void>;
  /** Puts the parts together in the store, as an inspection does. */
  finish(): Promise<void>;
}

/** Opens an upload in the store and in the database. */
export async function leadOpenUpload(
  files: FileStore,
  objects: ObjectStore,
  sizeBytes: number,
): Promise<OpenTestUpload> {
  const id = freshFileId();
  const key = ingestKeyOf(ACME.tenantId, id);
  const upload = await objects.beginUpload(key);
  const file = draftFile(ACME, { id, sizeBytes, ingestKey: key, ingestHandle: upload.handle });
  if ((await files.transact(ACME, (tx) => tx.insert(file))) !== 'written') throw new Error('Not stored.');
  const seed = id;
  let latest: StoredPart | undefined;
  return {
    file,
    seed,
    sendPart: async () => {
      const part = await put(objects, upload, 1, sizeBytes, seed);
      const entry = { ...part, sizeBytes, sha256: hashOf([sizeBytes, seed]) };
      await files.transact(ACME, (tx) => tx.putPart(id, entry));
      latest = part;
      return part;
    },
    sendFragment: async () => {
      const objectKey = fragmentKeyOf(ACME.tenantId, id, randomUUID());
      const half = Math.floor(sizeBytes / 2);
      await objects.write(ingest(objectKey), half, bodyOf(half, seed));
      const fragment = { partNumber: 1, offsetBytes: 0, sizeBytes: half, objectKey };
      await files.transact(ACME, (tx) => tx.putFragment(id, fragment));
      return objectKey;
    },
    complete: async () => {
      await advance(files, ACME, id, { kind: 'complete', sizeBytes });
    },
    finish: () => objects.finishUpload(upload, latest ? [latest] : []),
  };
}
