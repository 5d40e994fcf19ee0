import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type {
  ByteRange,
  ObjectRef,
  ObjectStore,
  OpenUpload,
  StoredPart,
} from '../../src/ports/object-store.js';
import type { QuarantineArea } from '../../src/ports/quarantine-area.js';
import type { StoreIdentity } from '../../src/ports/store-identity.js';
import type { StoredItem, StoreInventory } from '../../src/ports/store-inventory.js';
import { bodyOf, digest } from './test-bytes.js';

/** A store under test. */
export interface StoreSubject {
  readonly store: ObjectStore & QuarantineArea & StoreInventory & StoreIdentity;
  /** The same store as another process sees it. */
  reopen(): Promise<StoreSubject['store']>;
  /** Puts something in the place of the id, as an operator might; nothing to take it away. */
  setIdentity(text: string | undefined): Promise<void>;
  /** Names of everything that is kept under a key, open uploads included. */
  leftovers(key: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Hands out the subject; only within tests, which run after it was opened. */
export type GetSubject = () => StoreSubject;

export const freshKey = (): string => `tenant-1/file-${randomUUID()}`;
export const ingest = (key: string): ObjectRef => ({ area: 'ingest', key });
export const vault = (key: string): ObjectRef => ({ area: 'vault', key });

/** Puts a part made of a seed. */
export const put = (
  store: ObjectStore,
  upload: OpenUpload,
  partNumber: number,
  sizeBytes: number,
  seed: string,
): Promise<StoredPart> => store.putPart(upload, partNumber, sizeBytes, bodyOf(sizeBytes, seed));

/** Reads an object, or a range of it, to its end. */
export async function readDigest(
  store: ObjectStore,
  ref: ObjectRef,
  range?: ByteRange,
): Promise<{ sha256: string; sizeBytes: number }> {
  const object = await store.read(ref, range);
  if (!object) throw new Error('There is no object.');
  return digest(object.body);
}

/** Fails the test where anything is left under the key. */
export async function expectNothing(subject: StoreSubject, key: string): Promise<void> {
  expect(await subject.leftovers(key)).toEqual([]);
}

/** What the store shows under a key. */
export async function itemsOf(
  store: StoreInventory,
  key: string,
  unchangedSince = new Date(Date.now() + 60_000),
): Promise<readonly StoredItem[]> {
  const found: StoredItem[] = [];
  for await (const item of store.list({ unchangedSince })) if (item.key.startsWith(key)) found.push(item);
  return found;
}
