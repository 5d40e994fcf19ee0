import { fault, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { isOpen } from '../../domain/file-state.js';
import { ok } from '../../domain/result.js';
import type { FileTransaction } from '../../ports/file-store.js';
import type { UploadLock } from '../../ports/upload-locks.js';
import { applyCommand, lockFile } from '../apply.js';
import { enterLedger } from '../receive-part.js';
import type { Entry } from './store-piece.js';

/** What is to be entered, and the right to do so. */
export interface Entering {
  readonly entries: readonly Entry[];
  readonly lock: Pick<UploadLock, 'isHeld'>;
}

/** What nobody refers to any more once entries are committed. */
export interface Superseded {
  readonly fragmentKeys: readonly string[];
  readonly parts: readonly { readonly partNumber: number; readonly etag: string }[];
}

/**
 * Enters stored bytes, all or none: the caller runs it in one transaction. Under the lock of the file each entry
 * must find what it was made from; who was overtaken by another writer changes nothing.
 *
 * @returns CONFLICT for the one who was overtaken, or when the upload is over
 */
export async function enterPieces(
  tx: FileTransaction,
  file: File,
  { entries, lock }: Entering,
  at: Date,
): Promise<Outcome<Superseded>> {
  const locked = await lockFile(tx, file.id);
  if (!locked.ok) return locked;
  // Asked with the row in hand: whoever gets the upload next needs the row as well, and so comes after this commit.
  if (!lock.isHeld()) return overtaken();
  // A lock may have two holders who believe in it: after a failover of Redis, or when a machine was suspended.
  if (locked.value.appendToken !== file.appendToken) return overtaken();
  const fragmentKeys: string[] = [];
  const parts: { partNumber: number; etag: string }[] = [];
  for (const entry of entries) {
    const entered =
      entry.kind === 'part' ? await enterPart(tx, file, entry, at) : await note(tx, file, entry, at);
    if (!entered.ok) return entered;
    const { replacedEtag, droppedFragments } = entered.value;
    if (!isSameSet(droppedFragments, entry.replaces)) return overtaken();
    fragmentKeys.push(...droppedFragments);
    if (replacedEtag !== null && entry.kind === 'part') {
      parts.push({ partNumber: entry.part.partNumber, etag: replacedEtag });
    }
  }
  return ok({ fragmentKeys, parts });
}

type Entered = Outcome<{
  readonly replacedEtag: string | null;
  readonly droppedFragments: readonly string[];
}>;

async function enterPart(
  tx: FileTransaction,
  file: File,
  entry: Entry & { readonly kind: 'part' },
  at: Date,
): Promise<Entered> {
  const entered = await enterLedger(tx, file, entry.part, at);
  if (!entered.ok) return entered;
  const { replacedEtag } = entered.value;
  // Whoever reconciled the ledger with the store may have entered these very bytes before.
  const isExpected = replacedEtag === entry.replacesEtag || replacedEtag === entry.part.etag;
  return isExpected ? entered : overtaken();
}

async function note(
  tx: FileTransaction,
  { id }: File,
  { fragment }: Entry & { readonly kind: 'fragment' },
  at: Date,
): Promise<Entered> {
  const locked = await lockFile(tx, id);
  if (!locked.ok) return locked;
  const file = locked.value;
  if (!isOpen(file.state)) return fault('CONFLICT', { message: `The upload is ${file.state}.` });
  const noted = await tx.putFragment(id, fragment);
  if (!noted) return overtaken();
  const { receivedBytes, droppedFragments } = noted;
  if (file.state === 'PENDING') {
    const moved = await applyCommand(tx, { ...file, receivedBytes }, { kind: 'receive' }, at);
    if (!moved.ok) return moved;
  }
  return ok({ replacedEtag: null, droppedFragments });
}

const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((item) => others.includes(item));

const overtaken = (): ReturnType<typeof fault> =>
  fault('CONFLICT', { message: 'Another request has continued the upload.' });
