import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { parseFileId } from '../../domain/ids.js';
import type { QuarantineEvent } from '../../domain/quarantine-event.js';
import type { ReleaseStatus } from '../../domain/release.js';
import { ok } from '../../domain/result.js';
import { hasLoneSurrogate } from '../../domain/text.js';
import type { FileStore } from '../../ports/file-store.js';
import type { QuarantinedFile, QuarantinePosition, QuarantineQuery } from '../../ports/quarantine.js';

/** Largest page of `quarantine`. */
const MAX_PAGE_SIZE = 100;
/** Longest text that a filter looks for. */
const MAX_FILTER_CHARACTERS = 255;
/** Newest entries of the history that one file shows; more happen to none but by many downloads. */
const MAX_HISTORY = 100;

/** What reading the quarantine needs. */
export interface ReadQuarantineDeps {
  readonly files: FileStore;
}

/** Which infected files, and which page of them. */
export interface ListQuarantineInput {
  readonly filter?:
    | {
        readonly nameContains?: string | undefined;
        readonly createdBy?: string | undefined;
        readonly findingContains?: string | undefined;
        readonly releaseStatuses?: readonly ReleaseStatus[] | undefined;
      }
    | undefined;
  /** 1 to 100. */
  readonly first: number;
  /** Cursor of the last file of the page before: {@link encodeQuarantineCursor}. */
  readonly after?: string | undefined;
}

/** A page of infected files, newest in the quarantine first. */
export interface QuarantinePage {
  readonly entries: readonly QuarantinedFile[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number;
}

/** Opaque cursor of a file in the list. */
export const encodeQuarantineCursor = ({ quarantine }: QuarantinedFile): string =>
  Buffer.from(`q1.${String(quarantine.quarantinedAt.getTime())}.${quarantine.fileId}`).toString('base64url');

/** Of a year that has four digits, as all have that the database wrote. */
function decodeCursor(cursor: string): QuarantinePosition | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, time = '', id = ''] = /^q1\.(\d{1,13})\.(.+)$/.exec(text) ?? [];
  const fileId = parseFileId(id);
  return fileId && { quarantinedAt: new Date(Number(time)), fileId };
}

/** A page of the tenant's infected files. BAD_USER_INPUT for a page size, cursor or filter out of range. */
export const listQuarantine =
  ({ files }: ReadQuarantineDeps) =>
  async (actor: Actor, input: ListQuarantineInput): Promise<Outcome<QuarantinePage>> => {
    const allowed = authorise(actor, 'quarantine:read');
    if (!allowed.ok) return allowed;
    const { first } = input;
    if (!Number.isInteger(first) || first < 1 || first > MAX_PAGE_SIZE) {
      const message = `A page has 1 to ${String(MAX_PAGE_SIZE)} files.`;
      return fault('BAD_USER_INPUT', { message, field: 'first' });
    }
    const after = input.after === undefined ? undefined : decodeCursor(input.after);
    if (input.after !== undefined && !after) {
      return fault('BAD_USER_INPUT', { message: 'This is no cursor of the quarantine.', field: 'after' });
    }
    const selection = selectionOf(input);
    if (!selection.ok) return selection;
    return files.transact(actor, async (tx) => {
      const query = { ...selection.value, limit: first + 1, ...(after && { after }) };
      const found = await tx.listQuarantine(query);
      return ok({
        entries: found.slice(0, first),
        hasNextPage: found.length > first,
        hasPreviousPage: after !== undefined,
        totalCount: await tx.countQuarantine(selection.value),
      });
    });
  };

/** Text that nothing can hold never reaches the database, which takes no null byte at all. */
function selectionOf({ filter }: ListQuarantineInput): Outcome<Omit<QuarantineQuery, 'limit' | 'after'>> {
  const texts: Partial<Record<'nameContains' | 'createdBy' | 'findingContains', string>> = {};
  for (const field of ['nameContains', 'createdBy', 'findingContains'] as const) {
    const text = filter?.[field];
    if (text === undefined) continue;
    if (text.length > MAX_FILTER_CHARACTERS || text.includes('\0') || hasLoneSurrogate(text)) {
      const message = `${field} takes up to ${String(MAX_FILTER_CHARACTERS)} characters of well-formed Unicode.`;
      return fault('BAD_USER_INPUT', { message, field });
    }
    texts[field] = text.normalize('NFC');
  }
  const statuses = filter?.releaseStatuses;
  return ok({ ...texts, ...(statuses && { releaseStatuses: [...new Set(statuses)] }) });
}

/** What the quarantine knows of a file, also after its content is gone; `null` for one that was never infected. */
export const getQuarantine =
  ({ files }: ReadQuarantineDeps) =>
  async (actor: Actor, file: File): Promise<Outcome<QuarantinedFile | null>> => {
    const allowed = authorise(actor, 'quarantine:read');
    if (!allowed.ok) return allowed;
    return files.transact(actor, async (tx) => {
      const quarantine = await tx.findQuarantine(file.id);
      if (!quarantine) return ok(null);
      return ok({ file, quarantine, release: (await tx.latestRelease(file.id)) ?? null });
    });
  };

/** What happened to a file in the quarantine, oldest first; the newest hundred entries. */
export const quarantineHistory =
  ({ files }: ReadQuarantineDeps) =>
  async (actor: Actor, file: File): Promise<Outcome<readonly QuarantineEvent[]>> => {
    const allowed = authorise(actor, 'quarantine:read');
    if (!allowed.ok) return allowed;
    return ok(await files.transact(actor, (tx) => tx.quarantineEventsOf(file.id, MAX_HISTORY)));
  };
