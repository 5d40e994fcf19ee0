import { authorise, type Actor } from '../../domain/actor.js';
import type {
  DeadLetter,
  DeadLetterCause,
  DeadLetterStatus,
  FailedAttempt,
} from '../../domain/dead-letter.js';
import { fault, type Outcome } from '../../domain/errors.js';
import { parseFileId } from '../../domain/ids.js';
import { ok } from '../../domain/result.js';
import type { LetterOfFile, LetterPosition, LetterQuery } from '../../ports/dead-letters.js';
import type { FileStore } from '../../ports/file-store.js';

/** Largest page of `deadLetters`. */
const MAX_PAGE_SIZE = 100;
/** Attempts that one dead letter shows; the newest when there were more. */
const MAX_ATTEMPTS_SHOWN = 100;

/** What reading dead letters needs. */
export interface ReadDeadLettersDeps {
  readonly files: FileStore;
}

/** Which dead letters, and which page of them. */
export interface ListDeadLettersInput {
  readonly filter?:
    | {
        readonly statuses?: readonly DeadLetterStatus[] | undefined;
        readonly causes?: readonly DeadLetterCause[] | undefined;
        readonly fileId?: string | undefined;
      }
    | undefined;
  /** 1 to 100. */
  readonly first: number;
  /** Cursor of the last one of the page before: {@link encodeLetterCursor}. */
  readonly after?: string | undefined;
}

/** A page of dead letters, newest first. */
export interface DeadLetterPage {
  readonly letters: readonly LetterOfFile[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number;
}

/** Opaque cursor of a dead letter in the list. */
export const encodeLetterCursor = ({ letter }: LetterOfFile): string =>
  Buffer.from(`d1.${String(letter.createdAt.getTime())}.${letter.id}`).toString('base64url');

/** Of a year that has four digits, as all have that the database wrote. */
function decodeCursor(cursor: string): LetterPosition | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, time = '', id = ''] = /^d1\.(\d{1,13})\.(.+)$/.exec(text) ?? [];
  return parseFileId(id) && { createdAt: new Date(Number(time)), id };
}

/** A page of what was given up in the tenant. BAD_USER_INPUT for a page size or cursor out of range. */
export const listDeadLetters =
  ({ files }: ReadDeadLettersDeps) =>
  async (actor: Actor, input: ListDeadLettersInput): Promise<Outcome<DeadLetterPage>> => {
    const allowed = authorise(actor, 'deadletter:read');
    if (!allowed.ok) return allowed;
    const { first } = input;
    if (!Number.isInteger(first) || first < 1 || first > MAX_PAGE_SIZE) {
      const message = `A page has 1 to ${String(MAX_PAGE_SIZE)} dead letters.`;
      return fault('BAD_USER_INPUT', { message, field: 'first' });
    }
    const after = input.after === undefined ? undefined : decodeCursor(input.after);
    if (input.after !== undefined && !after) {
      return fault('BAD_USER_INPUT', { message: 'This is no cursor of a dead letter.', field: 'after' });
    }
    const selection = selectionOf(input);
    if (!selection) return ok(NOTHING);
    return files.transact(actor, async (tx) => {
      const found = await tx.listDeadLetters({ ...selection, limit: first + 1, ...(after && { after }) });
      return ok({
        letters: found.slice(0, first),
        hasNextPage: found.length > first,
        hasPreviousPage: after !== undefined,
        totalCount: await tx.countDeadLetters(selection),
      });
    });
  };

const NOTHING: DeadLetterPage = { letters: [], hasNextPage: false, hasPreviousPage: false, totalCount: 0 };

/** An id that is none is like one that is unknown: nothing has it. */
function selectionOf({ filter }: ListDeadLettersInput): Omit<LetterQuery, 'limit' | 'after'> | undefined {
  const fileId = filter?.fileId === undefined ? undefined : parseFileId(filter.fileId);
  if (filter?.fileId !== undefined && !fileId) return undefined;
  return {
    ...(filter?.statuses && { statuses: [...new Set(filter.statuses)] }),
    ...(filter?.causes && { causes: [...new Set(filter.causes)] }),
    ...(fileId && { fileId }),
  };
}

/** One dead letter, or `null` for an id that the tenant does not have. */
export const getDeadLetter =
  ({ files }: ReadDeadLettersDeps) =>
  async (actor: Actor, id: string): Promise<Outcome<LetterOfFile | null>> => {
    const allowed = authorise(actor, 'deadletter:read');
    if (!allowed.ok) return allowed;
    if (!parseFileId(id)) return ok(null);
    return ok((await files.transact(actor, (tx) => tx.findDeadLetter(id))) ?? null);
  };

/** The attempts that came before a dead letter, oldest first. */
export const deadLetterAttempts =
  ({ files }: ReadDeadLettersDeps) =>
  async (actor: Actor, letter: DeadLetter): Promise<Outcome<readonly FailedAttempt[]>> => {
    const allowed = authorise(actor, 'deadletter:read');
    if (!allowed.ok) return allowed;
    const { fileId, attempt } = letter;
    return ok(await files.transact(actor, (tx) => tx.failedAttempts(fileId, attempt, MAX_ATTEMPTS_SHOWN)));
  };
