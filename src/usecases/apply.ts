import { fault, type Outcome } from '../domain/errors.js';
import type { File } from '../domain/file.js';
import { parseFileId } from '../domain/ids.js';
import { quotaExceeded } from '../domain/quota-exceeded.js';
import { ok } from '../domain/result.js';
import { transition, type FileCommand } from '../domain/transition.js';
import type { FileTransaction, WriteOutcome } from '../ports/file-store.js';

/** Finds and locks a file by the id that a client sent; an id that is none is like one that is unknown. */
export async function lockFile(tx: FileTransaction, id: string): Promise<Outcome<File>> {
  const fileId = parseFileId(id);
  const file = fileId && (await tx.findForUpdate(fileId));
  return file ? ok(file) : fault('NOT_FOUND');
}

/** Decides by the rule book and writes what it says, in the caller's transaction. */
export async function applyCommand(
  tx: FileTransaction,
  file: File,
  command: FileCommand,
  at: Date,
): Promise<Outcome<File>> {
  const next = transition(file, command, at);
  if (!next.ok) return next;
  return written(await tx.change(file, next.value), next.value);
}

/** Turns what a write came to into an outcome. */
export function written(outcome: WriteOutcome, file: File): Outcome<File> {
  switch (outcome) {
    case 'written':
      return ok(file);
    case 'stale':
      return fault('CONFLICT', { message: 'The file was changed at the same time.' });
    case 'quota-exceeded:bytes':
      return quotaExceeded('bytes');
    case 'quota-exceeded:files':
      return quotaExceeded('files');
    case 'quota-exceeded:uploads':
      return quotaExceeded('uploads');
  }
}
