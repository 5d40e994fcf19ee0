import { Readable } from 'node:stream';
import { PermanentError } from '../../domain/errors.js';
import type { File, Fragment } from '../../domain/file.js';
import { fragmentKeyOf } from '../../domain/object-keys.js';
import type { Ids } from '../../ports/ids.js';
import type { ObjectStore } from '../../ports/object-store.js';
import type { Piece } from '../cut-pieces.js';
import { createPartMac } from '../part-mac.js';
import type { ProvenSpool } from '../proven-spool.js';
import { checkStretches } from '../stretch-check.js';
import { watched } from '../watched.js';
import { FragmentGoneError } from './lost-fragment.js';

/** What storing fragments needs. */
export interface StoreFragmentDeps {
  readonly objects: ObjectStore;
  readonly ids: Ids;
}

/** Most objects that a part is put together from; more are joined to one. */
const MAX_FRAGMENTS = 32;

/** A fragment that is durable, and the keys of those whose bytes it has as well. */
interface StoredFragment {
  readonly fragment: Fragment;
  readonly replaces: readonly string[];
}

/**
 * Makes a piece durable that does not end its part.
 *
 * @param before - what is there of the part
 */
export async function storeFragment(
  { objects, ids }: StoreFragmentDeps,
  { tenantId, id }: File,
  piece: Piece,
  before: readonly Fragment[],
): Promise<StoredFragment> {
  const objectKey = fragmentKeyOf(tenantId, id, ids.fileId());
  const { partNumber, offsetBytes, bytes } = piece;
  const { sizeBytes } = bytes.spool;
  if (before.length + 1 < MAX_FRAGMENTS) {
    const mac = await storeObject(objects, objectKey, bytes);
    return { fragment: { partNumber, offsetBytes, sizeBytes, objectKey, mac }, replaces: [] };
  }
  const wholeBytes = offsetBytes + sizeBytes;
  const mac = await writeProven(objects, objectKey, wholeBytes, readJoined(objects, before, bytes));
  const fragment = { partNumber, offsetBytes: 0, sizeBytes: wholeBytes, objectKey, mac };
  return { fragment, replaces: before.map((one) => one.objectKey) };
}

/** Where the bytes lie on the disk of the store already, nothing is written again. @returns their MAC */
async function storeObject(
  objects: ObjectStore,
  key: string,
  bytes: ProvenSpool,
): Promise<string | undefined> {
  const { give, sizeBytes } = bytes.spool;
  const proof = give && (await bytes.prove());
  if (!give || !proof) return writeProven(objects, key, sizeBytes, bytes.spool.read());
  await give.asObject(key);
  return proof.mac;
}

async function writeProven(
  objects: ObjectStore,
  key: string,
  sizeBytes: number,
  body: AsyncIterable<Buffer>,
): Promise<string> {
  const mac = createPartMac();
  const see = (chunk: Buffer): void => mac.update(chunk);
  const proven = Readable.from(watched(body, see), { objectMode: false });
  await objects.write({ area: 'ingest', key }, sizeBytes, proven);
  return mac.finish();
}

/**
 * Reads what is there of a part, and what has come now.
 *
 * @throws FragmentGoneError where the store does not have a fragment any more, or has other bytes in its place
 */
export async function* readJoined(
  objects: ObjectStore,
  fragments: readonly Fragment[],
  { spool }: ProvenSpool,
): AsyncGenerator<Buffer> {
  for (const fragment of fragments) yield* readFragment(objects, fragment);
  yield* spool.read() as AsyncIterable<Buffer>;
}

async function* readFragment(objects: ObjectStore, fragment: Fragment): AsyncGenerator<Buffer> {
  const refuse = (): Error => new FragmentGoneError(fragment);
  const object = await objects.read({ area: 'ingest', key: fragment.objectKey });
  if (!object) throw refuse();
  if (object.sizeBytes !== fragment.sizeBytes) {
    object.body.destroy();
    throw refuse();
  }
  const check = checkStretches([{ ...fragment, refuse }]);
  try {
    yield* watched(object.body as AsyncIterable<Buffer>, check);
  } catch (error) {
    // What the store cannot read any more is as good as gone.
    throw error instanceof PermanentError ? refuse() : error;
  }
}
