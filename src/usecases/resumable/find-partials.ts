import type { Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { File, Part } from '../../domain/file.js';
import { parseFileId, type FileId } from '../../domain/ids.js';
import { ok } from '../../domain/result.js';
import type { CompleteUploadDeps } from '../complete-upload.js';
import { isPartial } from './partial.js';
import { readPosition } from './upload-position.js';

/** A partial upload that is complete. */
export interface Partial {
  readonly file: File;
  readonly parts: readonly Part[];
  /** Where it stands among those that are put together, from 1. */
  readonly position: number;
}

/** Finds the partial uploads of some ids. BAD_USER_INPUT when one is none, is not complete, or is named twice. */
export async function findPartials(
  deps: CompleteUploadDeps,
  actor: Actor,
  ids: readonly string[],
): Promise<Outcome<readonly Partial[]>> {
  const repeated = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (repeated >= 0) return namedTwice(repeated + 1);
  const partials: Partial[] = [];
  for (const [index, id] of ids.entries()) {
    const position = index + 1;
    const fileId = parseFileId(id);
    const found = fileId && (await findPartial(deps, actor, fileId));
    if (!found) return noPartial(position);
    partials.push({ ...found, position });
  }
  return ok(partials);
}

/** Refuses an upload that others were to be put together from. */
export const noPartial = (position: number): ReturnType<typeof fault> =>
  fault('BAD_USER_INPUT', {
    message: `Upload ${String(position)} is no partial upload that is complete.`,
    field: 'Upload-Concat',
  });

/** Each holds the quota for its bytes once: were they to count twice, a small upload could become a file of any size. */
const namedTwice = (position: number): ReturnType<typeof fault> =>
  fault('BAD_USER_INPUT', {
    message: `Upload ${String(position)} is named twice.`,
    field: 'Upload-Concat',
  });

async function findPartial(
  deps: CompleteUploadDeps,
  actor: Actor,
  id: FileId,
): Promise<Omit<Partial, 'position'> | undefined> {
  const position = await readPosition(deps, actor, id);
  if (!position.ok) return undefined;
  const { file, phase, offsetBytes } = position.value;
  if (phase !== 'open' || !isPartial(file) || offsetBytes !== file.sizeBytes) return undefined;
  return { file, parts: await deps.files.transact(actor, (tx) => tx.parts(id)) };
}
