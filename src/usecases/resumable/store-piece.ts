import { Readable } from 'node:stream';
import { fault, FaultError } from '../../domain/errors.js';
import type { File, Fragment, Part } from '../../domain/file.js';
import { fragmentKeyOf } from '../../domain/object-keys.js';
import type { Ids } from '../../ports/ids.js';
import type { ObjectStore } from '../../ports/object-store.js';
import { discardPart } from '../discard-part.js';
import { removeFragments } from '../remove-fragments.js';
import { storePart } from '../store-part.js';
import type { Piece } from '../cut-pieces.js';
import { storeSpooled } from '../give-part.js';
import { isSamePart } from '../same-part.js';
import { FragmentGoneError } from './lost-fragment.js';

/** Bytes that are durable and wait to be entered into the database. */
export type Entry = {
  /** Keys of the fragments that it takes the place of, and that must still be there. */
  readonly replaces: readonly string[];
} & (
  | { readonly kind: 'part'; readonly part: Part; readonly replacesEtag: string | null }
  | { readonly kind: 'fragment'; readonly fragment: Fragment }
);

/** What storing pieces needs. */
export interface StorePieceDeps {
  readonly objects: ObjectStore;
  readonly ids: Ids;
}

/** What is known of the part that a piece belongs to. */
export interface PartSoFar {
  readonly file: File;
  /** As it is in the ledger already. */
  readonly known: Part | undefined;
  /** What is there of it; none when it is in the ledger. */
  readonly fragments: readonly Fragment[];
  /** Whether a part in the ledger may be replaced before the whole request is proven. */
  readonly mayReplace: boolean;
}

/** Most objects that a part is put together from; more are joined to one. */
const MAX_FRAGMENTS = 32;
/** The stores bound every call themselves; what has arrived is kept also when its sender is gone. */
const NEVER = new AbortController().signal;

/**
 * Makes a piece durable: as a part when it ends one, else as a fragment.
 *
 * @returns what to enter; `undefined` when the ledger has these bytes already
 * @throws FaultError CONFLICT; TransientError of the store
 */
export async function storePiece(
  deps: StorePieceDeps,
  piece: Piece,
  soFar: PartSoFar,
): Promise<Entry | undefined> {
  const { known, fragments } = soFar;
  if (!piece.endsPart) {
    return known || piece.bytes.spool.sizeBytes === 0 ? undefined : storeFragment(deps, piece, soFar);
  }
  // Of a file that is complete: its last part is in the ledger, or it was made of bytes that were stored already.
  if (piece.bytes.spool.sizeBytes === 0 && fragments.length === 0) return undefined;
  if (known && (await isSamePart(known, piece.bytes, piece.bytes.spool.sizeBytes))) return undefined;
  if (known && !soFar.mayReplace) {
    const message = `Part ${String(known.partNumber)} came with other bytes before.`;
    throw new FaultError(fault('CONFLICT', { message }).fault);
  }
  const part = await makePart(deps, piece, soFar);
  return { kind: 'part', part, replaces: keysOf(fragments), replacesEtag: known?.etag ?? null };
}

const makePart = (
  { objects }: StorePieceDeps,
  piece: Piece,
  { file, fragments }: PartSoFar,
): Promise<Part> => {
  const { partNumber, offsetBytes, bytes } = piece;
  const expected = { partNumber, sizeBytes: offsetBytes + bytes.spool.sizeBytes };
  return fragments.length === 0
    ? storeSpooled(objects, file, expected, bytes, NEVER)
    : storePart(objects, file, expected, joined(objects, fragments, piece), NEVER);
};

async function storeFragment(
  { objects, ids }: StorePieceDeps,
  piece: Piece,
  { file, fragments }: PartSoFar,
): Promise<Entry> {
  const objectKey = fragmentKeyOf(file.tenantId, file.id, ids.fileId());
  const { partNumber, bytes } = piece;
  const { spool } = bytes;
  const isJoining = fragments.length + 1 >= MAX_FRAGMENTS;
  const offsetBytes = isJoining ? 0 : piece.offsetBytes;
  const sizeBytes = piece.offsetBytes + spool.sizeBytes - offsetBytes;
  const body = (): Readable => (isJoining ? joined(objects, fragments, piece) : spool.read());
  if (spool.give && !isJoining) await spool.give.asObject(objectKey);
  else await objects.write({ area: 'ingest', key: objectKey }, sizeBytes, body());
  const fragment = { partNumber, offsetBytes, sizeBytes, objectKey };
  return { kind: 'fragment', fragment, replaces: isJoining ? keysOf(fragments) : [] };
}

const keysOf = (fragments: readonly Fragment[]): string[] => fragments.map(({ objectKey }) => objectKey);

const joined = (objects: ObjectStore, fragments: readonly Fragment[], { bytes }: Piece): Readable =>
  Readable.from(readJoined(objects, fragments, bytes.spool.read()), { objectMode: false });

async function* readJoined(
  objects: ObjectStore,
  fragments: readonly Fragment[],
  rest: Readable,
): AsyncGenerator<Buffer> {
  for (const fragment of fragments) {
    const object = await objects.read({ area: 'ingest', key: fragment.objectKey });
    if (!object) throw new FragmentGoneError(fragment);
    yield* object.body as AsyncIterable<Buffer>;
  }
  yield* rest as AsyncIterable<Buffer>;
}

/** Removes bytes that were stored and will not be entered. Best effort. */
export async function discardEntry({ objects }: StorePieceDeps, file: File, entry: Entry): Promise<void> {
  if (entry.kind === 'fragment') return removeFragments(objects, [entry.fragment.objectKey]);
  return discardPart(objects, file, entry.part);
}
