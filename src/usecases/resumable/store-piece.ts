import { Readable } from 'node:stream';
import { fault, FaultError } from '../../domain/errors.js';
import type { File, Fragment, Part } from '../../domain/file.js';
import { discardPart } from '../discard-part.js';
import { removeFragments } from '../remove-fragments.js';
import { storePart } from '../store-part.js';
import type { Piece } from '../cut-pieces.js';
import { storeSpooled } from '../give-part.js';
import { isSamePart } from '../same-part.js';
import { readJoined, storeFragment, type StoreFragmentDeps } from './store-fragment.js';

/** Bytes that are durable and wait to be entered into the database. */
export type Entry = {
  /** Keys of the fragments that it takes the place of, and that must still be there. */
  readonly replaces: readonly string[];
} & (
  | { readonly kind: 'part'; readonly part: Part; readonly replacesEtag: string | null }
  | { readonly kind: 'fragment'; readonly fragment: Fragment }
);

/** What storing pieces needs. */
export type StorePieceDeps = StoreFragmentDeps;

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
    if (known || piece.bytes.spool.sizeBytes === 0) return undefined;
    return { kind: 'fragment', ...(await storeFragment(deps, soFar.file, piece, fragments)) };
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

const joined = (...parts: Parameters<typeof readJoined>): Readable =>
  Readable.from(readJoined(...parts), { objectMode: false });

const makePart = (
  { objects }: StorePieceDeps,
  piece: Piece,
  { file, fragments }: PartSoFar,
): Promise<Part> => {
  const { partNumber, offsetBytes, bytes } = piece;
  const expected = { partNumber, sizeBytes: offsetBytes + bytes.spool.sizeBytes };
  return fragments.length === 0
    ? storeSpooled(objects, file, expected, bytes, NEVER)
    : storePart(objects, file, expected, joined(objects, fragments, bytes), NEVER);
};

const keysOf = (fragments: readonly Fragment[]): string[] => fragments.map(({ objectKey }) => objectKey);

/** Removes bytes that were stored and will not be entered. Best effort. */
export async function discardEntry({ objects }: StorePieceDeps, file: File, entry: Entry): Promise<void> {
  if (entry.kind === 'fragment') return removeFragments(objects, [entry.fragment.objectKey]);
  return discardPart(objects, file, entry.part);
}
