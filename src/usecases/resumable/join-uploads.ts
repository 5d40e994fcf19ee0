import { Readable } from 'node:stream';
import { authorise, type Actor } from '../../domain/actor.js';
import { fault, PermanentError, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { parseFileId, type FileId } from '../../domain/ids.js';
import { ok } from '../../domain/result.js';
import type { ObjectStore } from '../../ports/object-store.js';
import { createUpload, type CreateUploadDeps, type CreateUploadInput } from '../create-upload.js';
import { cancelUpload } from '../end-file.js';
import { appendToUpload, type AppendDeps } from './append-to-upload.js';
import { isPartial } from './partial.js';
import { readPosition } from './upload-position.js';

/** What is to be put together. */
export interface JoinUploadsInput {
  /** The size follows from the partial uploads. */
  readonly input: Omit<CreateUploadInput, 'sizeBytes'>;
  /** In the order of their bytes. */
  readonly partialIds: readonly string[];
}

/** What joining needs. */
export type JoinUploadsDeps = AppendDeps & CreateUploadDeps;

/**
 * Puts a file together from partial uploads that are complete, and ends those. The bytes are read from the store
 * and go the way of all bytes, so that the new file is checked and counted like any other.
 *
 * @returns BAD_USER_INPUT when one is no complete partial upload of the tenant; the faults of `createUpload`
 */
export const joinUploads =
  (deps: JoinUploadsDeps) =>
  async (actor: Actor, { input, partialIds }: JoinUploadsInput): Promise<Outcome<File>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const partials = await findPartials(deps, actor, partialIds);
    if (!partials.ok) return partials;
    const sizeBytes = partials.value.reduce((sum, { file }) => sum + (file.sizeBytes ?? 0), 0);
    const created = await createUpload(deps)(actor, { ...input, sizeBytes });
    if (!created.ok) return created;
    const filled = await fill(deps, actor, created.value.file, partials.value);
    const isLost = !filled.ok && input.idempotencyKey === undefined;
    if (isLost) await cancelUpload(deps)(actor, { fileId: created.value.file.id });
    if (!filled.ok) return filled;
    for (const { file } of partials.value) await cancelUpload(deps)(actor, { fileId: file.id });
    return filled;
  };

interface Partial {
  readonly file: File;
  readonly parts: readonly { readonly partNumber: number; readonly etag: string }[];
}

async function findPartials(
  deps: JoinUploadsDeps,
  actor: Actor,
  ids: readonly string[],
): Promise<Outcome<readonly Partial[]>> {
  const partials: Partial[] = [];
  for (const [index, id] of ids.entries()) {
    const fileId = parseFileId(id);
    const partial = fileId && (await findPartial(deps, actor, fileId));
    if (!partial) {
      const message = `Upload ${String(index + 1)} is no partial upload that is complete.`;
      return fault('BAD_USER_INPUT', { message, field: 'Upload-Concat' });
    }
    partials.push(partial);
  }
  return ok(partials);
}

async function findPartial(deps: JoinUploadsDeps, actor: Actor, id: FileId): Promise<Partial | undefined> {
  const position = await readPosition(deps, actor, id);
  if (!position.ok) return undefined;
  const { file, phase, offsetBytes } = position.value;
  if (phase !== 'open' || !isPartial(file) || offsetBytes !== file.sizeBytes) return undefined;
  return { file, parts: await deps.files.transact(actor, (tx) => tx.parts(id)) };
}

async function fill(
  deps: JoinUploadsDeps,
  actor: Actor,
  { id: fileId }: File,
  partials: readonly Partial[],
): Promise<Outcome<File>> {
  const position = await readPosition(deps, actor, fileId);
  if (!position.ok) return position;
  const { file, phase, offsetBytes } = position.value;
  if (phase !== 'open') return ok(file);
  const body = Readable.from(readAll(deps.objects, partials, offsetBytes), { objectMode: false });
  const appended = await appendToUpload(deps)(actor, { fileId, offsetBytes, body });
  return appended.ok ? ok(appended.value.file) : { ok: false, fault: appended.fault };
}

/** Reads what the partial uploads have together, from an offset on. */
async function* readAll(
  objects: ObjectStore,
  partials: readonly Partial[],
  offsetBytes: number,
): AsyncGenerator<Buffer> {
  let skip = offsetBytes;
  for (const { file, parts } of partials) {
    const sizeBytes = file.sizeBytes ?? 0;
    if (skip < sizeBytes) yield* readPartial(objects, file, parts, { start: skip, end: sizeBytes - 1 });
    skip = Math.max(0, skip - sizeBytes);
  }
}

async function* readPartial(
  objects: ObjectStore,
  { ingestKey: key, ingestHandle: handle }: File,
  parts: Partial['parts'],
  range: { readonly start: number; readonly end: number },
): AsyncGenerator<Buffer> {
  // Parts of an open upload cannot be read. To finish it again changes nothing.
  if (handle !== null) await objects.finishUpload({ key, handle }, parts);
  const object = await objects.read({ area: 'ingest', key }, range);
  if (!object) throw new PermanentError('object-store', 'The bytes of a partial upload are gone.');
  yield* object.body as AsyncIterable<Buffer>;
}
