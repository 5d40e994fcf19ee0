import type { Actor } from '../../domain/actor.js';
import { FaultError } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import type { Clock } from '../../ports/clock.js';
import type { FileStore } from '../../ports/file-store.js';
import { leftBehind } from '../left-behind.js';
import { enterPieces, type Entering, type Entered } from './enter-pieces.js';
import { removeReplaced, type Replaced } from './remove-replaced.js';
import { discardEntry, type Entry, type StorePieceDeps } from './store-piece.js';

/** What committing pieces needs. */
export interface CommitPiecesDeps extends StorePieceDeps {
  readonly files: FileStore;
  readonly clock: Clock;
}

/**
 * Enters stored bytes in a transaction of their own, and removes what they replace. When that fails, whatever of both no
 * row names goes; where nobody knows, it stays.
 *
 * @throws FaultError CONFLICT; the error of the transaction
 */
export async function commitPieces(
  deps: CommitPiecesDeps,
  actor: Actor,
  file: File,
  entering: Entering,
): Promise<Entered> {
  let replaced: Replaced = { fragmentKeys: [], parts: [] };
  try {
    const entered = await deps.files.transact(actor, async (tx) => {
      const outcome = await enterPieces(tx, file, entering, deps.clock.now());
      if (outcome.ok) replaced = outcome.value;
      return outcome;
    });
    if (entered.ok) return entered.value;
    throw new FaultError(entered.fault);
  } catch (error) {
    await removeLeft(deps, actor, file, entering.entries, replaced, error);
    throw error;
  }
}

async function removeLeft(
  deps: CommitPiecesDeps,
  actor: Actor,
  file: File,
  entries: readonly Entry[],
  { fragmentKeys, parts }: Replaced,
  error: unknown,
): Promise<void> {
  const change = { stored: entries.map(nameOf), replaced: [...fragmentKeys, ...parts.map(etagOf)] };
  const left = await leftBehind(deps.files, actor, file.id, error, change);
  for (const entry of entries) if (left.has(nameOf(entry))) await discardEntry(deps, file, entry);
  await removeReplaced(deps.objects, file, {
    fragmentKeys: fragmentKeys.filter((key) => left.has(key)),
    parts: parts.filter(({ etag }) => left.has(etag)),
  });
}

const etagOf = ({ etag }: { readonly etag: string }): string => etag;
const nameOf = (entry: Entry): string => (entry.kind === 'part' ? entry.part.etag : entry.fragment.objectKey);
