import type {
  DeadLetter,
  DeadLetterCause,
  DeadLetterStatus,
  FailedAttempt,
  NewDeadLetter,
} from '../domain/dead-letter.js';
import type { File } from '../domain/file.js';
import type { FileId } from '../domain/ids.js';

/** A dead letter with its file. */
export interface LetterOfFile {
  readonly letter: DeadLetter;
  readonly file: File;
}

/** Where a page of dead letters ends. */
export interface LetterPosition {
  readonly createdAt: Date;
  readonly id: string;
}

/** Selects dead letters; what is absent does not restrict. */
export interface LetterQuery {
  readonly statuses?: readonly DeadLetterStatus[];
  readonly causes?: readonly DeadLetterCause[];
  readonly fileId?: FileId;
  readonly limit: number;
  /** Continue after this one; the order is newest first. */
  readonly after?: LetterPosition;
}

/** The part of a file transaction that keeps what was given up, and how it came to that. */
export interface DeadLetterTransaction {
  /** Notes how an attempt ended. Never changed afterwards: of two notes of one attempt the first stays. */
  noteFailedAttempt(id: FileId, attempt: Omit<FailedAttempt, 'occurredAt'>): Promise<void>;
  /** Attempts of a file that ended without a verdict, the newest so many of them, ascending. */
  failedAttempts(id: FileId, upTo: number, limit: number): Promise<readonly FailedAttempt[]>;
  /** Attempts that a file had before the last replay; zero when it was never replayed. */
  attemptsBeforeReplay(id: FileId): Promise<number>;
  /** How many attempts after a certain one ended because their worker was stopped. */
  interruptedAttempts(id: FileId, after: number): Promise<number>;

  /** Adds a dead letter together with its audit row. False when the file has one that is open: nothing is written then. */
  addDeadLetter(id: FileId, letter: NewDeadLetter): Promise<boolean>;
  findDeadLetter(id: string): Promise<LetterOfFile | undefined>;
  /** Whether a dead letter of the file waits for a decision; its bytes are kept as long. */
  hasOpenDeadLetter(id: FileId): Promise<boolean>;
  listDeadLetters(query: LetterQuery): Promise<readonly LetterOfFile[]>;
  countDeadLetters(query: Omit<LetterQuery, 'limit' | 'after'>): Promise<number>;
  /** Writes what was decided, with compare-and-set on the version; false when another write came first. */
  changeDeadLetter(before: DeadLetter, after: DeadLetter): Promise<boolean>;
}
