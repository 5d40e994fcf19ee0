import type { Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { ok } from '../../domain/result.js';
import { uploadPhase } from '../../domain/upload-position.js';
import type { FileTransaction } from '../../ports/file-store.js';
import { applyCommand, lockFile } from '../apply.js';
import { noPartial, type Partial } from './find-partials.js';

/** Ends partial uploads that are as they were found. BAD_USER_INPUT when one is not. */
export async function endPartials(
  tx: FileTransaction,
  partials: readonly Partial[],
  at: Date,
): Promise<Outcome<undefined>> {
  const locked = await lockPartials(tx, partials, at);
  if (!locked.ok) return locked;
  for (const file of locked.value) {
    const cancelled = await applyCommand(tx, file, { kind: 'cancel' }, at);
    if (!cancelled.ok) return cancelled;
  }
  return ok(undefined);
}

/** Locks partial uploads that are as they were found: nothing was ended or sent anew. BAD_USER_INPUT when one is not. */
export async function lockPartials(
  tx: FileTransaction,
  partials: readonly Partial[],
  at: Date,
): Promise<Outcome<readonly File[]>> {
  const files: File[] = [];
  // Always in the same order, so that two that want the same uploads do not wait for each other.
  const ordered = [...partials].sort((a, b) => (a.file.id < b.file.id ? -1 : 1));
  for (const { file, parts, position } of ordered) {
    const locked = await lockFile(tx, file.id);
    if (!locked.ok || uploadPhase(locked.value, at) !== 'open') return noPartial(position);
    const etags = new Set((await tx.parts(file.id)).map(({ etag }) => etag));
    if (parts.some(({ etag }) => !etags.has(etag))) return noPartial(position);
    files.push(locked.value);
  }
  return ok(files);
}
