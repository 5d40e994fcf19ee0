import { authorise, type Actor } from '../domain/actor.js';
import { fault, PermanentError, TransientError, type Outcome } from '../domain/errors.js';
import type { FileState } from '../domain/file-state.js';
import type { File, Part, TransferMode } from '../domain/file.js';
import { parseFileId, type FileId } from '../domain/ids.js';
import { countParts, missingParts } from '../domain/parts.js';
import { ok } from '../domain/result.js';
import { hasLoneSurrogate } from '../domain/text.js';
import type { FileStore } from '../ports/file-store.js';
import { reconcileParts, type ReconcileDeps } from './direct/reconcile-parts.js';

/** Largest page of `files`. */
const MAX_PAGE_SIZE = 100;
/** Longest text that a filter looks for: neither names nor subjects are longer. */
const MAX_FILTER_CHARACTERS = 255;

/** What reading files needs. */
export interface ReadFilesDeps {
  readonly files: FileStore;
}

/** Which files, and which page of them. */
export interface ListFilesInput {
  readonly filter?:
    | {
        readonly states?: readonly FileState[] | undefined;
        readonly nameContains?: string | undefined;
        readonly createdBy?: string | undefined;
      }
    | undefined;
  /** 1 to 100. */
  readonly first: number;
  /** Cursor of the last file of the page before: {@link encodeFileCursor}. */
  readonly after?: string | undefined;
}

/** A page of files, newest first. */
export interface FilePage {
  readonly files: readonly File[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number;
}

/** How far a transfer is. */
export interface UploadStatus {
  readonly receivedBytes: number;
  readonly mode: TransferMode;
  readonly partSizeBytes: number;
  readonly partCount: number;
  readonly parts: readonly Part[];
  readonly missingPartNumbers: readonly number[];
  readonly expiresAt: Date | null;
}

/** Opaque cursor of a file in a list. */
export const encodeFileCursor = (file: Pick<File, 'id'>): string =>
  Buffer.from(file.id).toString('base64url');

/** One file, or `null` for an id that the tenant does not have. */
export const getFile =
  ({ files }: ReadFilesDeps) =>
  async (actor: Actor, id: string): Promise<Outcome<File | null>> => {
    const allowed = authorise(actor, 'file:read');
    if (!allowed.ok) return allowed;
    const fileId = parseFileId(id);
    if (!fileId) return ok(null);
    return ok((await files.transact(actor, (tx) => tx.find(fileId))) ?? null);
  };

/** A page of the tenant's files. BAD_USER_INPUT for a page size, cursor or filter out of range. */
export const listFiles =
  ({ files }: ReadFilesDeps) =>
  async (actor: Actor, input: ListFilesInput): Promise<Outcome<FilePage>> => {
    const allowed = authorise(actor, 'file:read');
    if (!allowed.ok) return allowed;
    if (!Number.isInteger(input.first) || input.first < 1 || input.first > MAX_PAGE_SIZE) {
      const message = `A page has 1 to ${String(MAX_PAGE_SIZE)} files.`;
      return fault('BAD_USER_INPUT', { message, field: 'first' });
    }
    const after = input.after === undefined ? undefined : decodeFileCursor(input.after);
    if (input.after !== undefined && !after) {
      return fault('BAD_USER_INPUT', { message: 'This is no cursor of a file.', field: 'after' });
    }
    const broken = brokenFilter(input);
    if (broken) return broken;
    const selection = selectionOf(input);
    return files.transact(actor, async (tx) => {
      const found = await tx.list({ ...selection, limit: input.first + 1, ...(after && { after }) });
      return ok({
        files: found.slice(0, input.first),
        hasNextPage: found.length > input.first,
        hasPreviousPage: after !== undefined,
        totalCount: await tx.count(selection),
      });
    });
  };

const decodeFileCursor = (cursor: string): FileId | undefined =>
  parseFileId(Buffer.from(cursor, 'base64url').toString('latin1'));

/** Text that no name and no subject can hold never reaches the database, which takes no null byte at all. */
function brokenFilter({ filter }: ListFilesInput): ReturnType<typeof fault> | undefined {
  for (const field of ['nameContains', 'createdBy'] as const) {
    const text = filter?.[field] ?? '';
    if (text.length <= MAX_FILTER_CHARACTERS && !text.includes('\0') && !hasLoneSurrogate(text)) continue;
    const message = `${field} takes up to ${String(MAX_FILTER_CHARACTERS)} characters of well-formed Unicode.`;
    return fault('BAD_USER_INPUT', { message, field });
  }
  return undefined;
}

function selectionOf({ filter }: ListFilesInput): {
  states?: readonly FileState[];
  nameContains?: string;
  createdBy?: string;
} {
  return {
    ...(filter?.states && { states: [...new Set(filter.states)] }),
    ...(filter?.nameContains !== undefined && { nameContains: filter.nameContains.normalize('NFC') }),
    ...(filter?.createdBy !== undefined && { createdBy: filter.createdBy }),
  };
}

/** How far the transfer of a file is, from the ledger. */
export const uploadStatus =
  (deps: ReconcileDeps) =>
  async (actor: Actor, file: File): Promise<Outcome<UploadStatus>> => {
    const allowed = authorise(actor, 'file:read');
    if (!allowed.ok) return allowed;
    const { files } = deps;
    // Without the store the ledger is what is known; whoever resumes then sends at worst a part again. An upload that the store
    // refuses to tell of must not keep a list of files from whoever looks.
    await reconcileParts(deps, file, 'all').catch(unlessRefused);
    const { parts, current } = await files.transact(actor, async (tx) => ({
      parts: await tx.parts(file.id),
      current: (await tx.find(file.id)) ?? file,
    }));
    const partCount = countParts(current.sizeBytes ?? current.receivedBytes, current.partSizeBytes);
    return ok({
      receivedBytes: current.receivedBytes,
      mode: current.transferMode,
      partSizeBytes: current.partSizeBytes,
      partCount,
      parts,
      // Of a file whose bytes were stored already no part was ever sent, and none is missing.
      missingPartNumbers: isWhole(current) ? [] : missingParts(partCount, parts),
      expiresAt: current.expiresAt,
    });
  };

const isWhole = ({ sizeBytes, receivedBytes }: File): boolean => sizeBytes === receivedBytes;

function unlessRefused(error: unknown): void {
  if (!(error instanceof TransientError || error instanceof PermanentError)) throw error;
}
