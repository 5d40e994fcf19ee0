import { fault, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { isOpen } from '../../domain/file-state.js';
import { ok } from '../../domain/result.js';
import type { FileTransaction } from '../../ports/file-store.js';
import type { UploadLock } from '../../ports/upload-locks.js';
import { applyCommand, lockFile } from '../apply.js';
import { completeHeld } from '../complete-upload.js';
import { enterHeld, hasTakenPlace } from '../receive-part.js';
import { declareSize } from './begin-append.js';
import type { Entry } from './store-piece.js';

/** What is to be entered, and the right to do so. */
export interface Entering {
  readonly entries: readonly Entry[];
  readonly lock: Pick<UploadLock, 'isHeld'>;
}

/** What became of an upload, and what nobody refers to any more, once entries are committed. */
export interface Entered {
  readonly file: File;
  readonly fragmentKeys: readonly string[];
  readonly parts: readonly { readonly partNumber: number; readonly etag: string }[];
}

/**
 * Enters stored bytes, all or none: the caller runs it in one transaction. Under the lock of the file each entry
 * must find what it was made from; who was overtaken by another writer changes nothing. The entry that makes the upload
 * whole completes it.
 *
 * @returns CONFLICT for the one who was overtaken, or when the upload is over
 */
export async function enterPieces(
  tx: FileTransaction,
  before: File,
  { entries, lock }: Entering,
  at: Date,
): Promise<Outcome<Entered>> {
  const locked = await lockFile(tx, before.id);
  if (!locked.ok) return locked;
  // Asked with the row in hand: whoever gets the upload next needs the row as well, and so comes after this commit.
  if (!lock.isHeld()) return overtaken();
  // A lock may have two holders who believe in it: after a failover of Redis, or when a machine was suspended.
  if (locked.value.appendToken !== before.appendToken) return overtaken();
  const declared = await declareSize(tx, locked.value, { ...locked.value, sizeBytes: before.sizeBytes });
  if (!declared.ok) return declared;
  let file = declared.value;
  const fragmentKeys: string[] = [];
  const parts: { partNumber: number; etag: string }[] = [];
  for (const entry of entries) {
    const entered =
      entry.kind === 'part' ? await enterPart(tx, file, entry, at) : await note(tx, file, entry, at);
    if (!entered.ok) return entered;
    const { replacedEtag, droppedFragments } = entered.value;
    ({ file } = entered.value);
    if (!isSameSet(droppedFragments, entry.replaces)) return overtaken();
    fragmentKeys.push(...droppedFragments);
    if (replacedEtag !== null && entry.kind === 'part') {
      parts.push({ partNumber: entry.part.partNumber, etag: replacedEtag });
    }
  }
  return ok({ file: await completed(tx, file, at), fragmentKeys, parts });
}

/** What a client may have sent straight to the store is looked for before: that is left to the usual way. */
async function completed(tx: FileTransaction, file: File, at: Date): Promise<File> {
  const isWhole = file.receivedBytes === file.sizeBytes && file.transferMode === 'PROXIED';
  if (!isWhole) return file;
  const outcome = await completeHeld(tx, file, undefined, at);
  return outcome.ok ? outcome.value : file;
}

type EnteredOne = Outcome<{
  readonly file: File;
  readonly replacedEtag: string | null;
  readonly droppedFragments: readonly string[];
}>;

async function enterPart(
  tx: FileTransaction,
  file: File,
  entry: Entry & { readonly kind: 'part' },
  at: Date,
): Promise<EnteredOne> {
  const entered = await enterHeld(tx, file, entry.part, at);
  if (!entered.ok) return entered;
  return hasTakenPlace(entered.value, entry.part, entry.replacesEtag) ? entered : overtaken();
}

async function note(
  tx: FileTransaction,
  file: File,
  { fragment }: Entry & { readonly kind: 'fragment' },
  at: Date,
): Promise<EnteredOne> {
  if (!isOpen(file.state)) return fault('CONFLICT', { message: `The upload is ${file.state}.` });
  const noted = await tx.putFragment(file.id, fragment);
  if (!noted) return overtaken();
  const { receivedBytes, droppedFragments } = noted;
  const grown = { ...file, receivedBytes };
  const isFirst = file.state === 'PENDING';
  const moved = isFirst ? await applyCommand(tx, grown, { kind: 'receive' }, at) : ok(grown);
  return moved.ok ? ok({ file: moved.value, replacedEtag: null, droppedFragments }) : moved;
}

const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((item) => others.includes(item));

const overtaken = (): ReturnType<typeof fault> =>
  fault('CONFLICT', { message: 'Another request has continued the upload.' });
