import type { ExaminedCopy } from '../domain/examination.js';
import type { File } from '../domain/file.js';
import type { FileId } from '../domain/ids.js';
import type { ScanCoverage } from '../domain/verdict.js';
import type { Copy } from './contents.js';

/** An examination of a sealed copy that has begun. */
export interface Rescan extends Copy {
  /** The true media type, where it is known. */
  readonly detectedType: string | null;
  /** Bytes of each proven block; `null` where none are. */
  readonly blockBytes: number | null;
  /** Fencing token: whoever has another one than the copy notes nothing. */
  readonly attempt: number;
}

/** What an examination came to. */
export interface RescanNote {
  readonly engine: string;
  readonly definitionsVersion: string;
  readonly coverage: ScanCoverage;
  /** Whether the bytes are known to be clean by these definitions; only then does a later verdict rest on it. */
  readonly isClean: boolean;
}

/** The part of a file transaction that examines sealed copies again. A copy stands for all files that refer to it. */
export interface RescanTransaction {
  /** Begins an examination and takes the lease. `undefined` when no file refers to the copy, or a live lease covers it. */
  beginRescan(vaultKey: string, leaseMs: number): Promise<Rescan | undefined>;
  /** Keeps the lease. False when another examination has begun or is asked for: whoever learns that stops. */
  renewRescan(rescan: Rescan, leaseMs: number): Promise<boolean>;
  /** Ends the lease and notes what came of it. False as in `renewRescan`: nothing is noted then. */
  noteRescan(rescan: Rescan, note: RescanNote): Promise<boolean>;
  /** Ends the lease so that the next examination may begin after a while. False as in `renewRescan`. */
  postponeRescan(rescan: Rescan, delayMs: number): Promise<boolean>;
  /**
   * Asks for an examination of the copy of a file as soon as can be, whatever it was examined with; one under way is fenced
   * off. Leaves a line in the audit trail.
   */
  askRescan(fileId: FileId, vaultKey: string): Promise<void>;
  /** Clean files with these bytes, whichever copy they refer to, locked. */
  lockCleanFiles(sha256: string, limit: number): Promise<readonly File[]>;
  /** What a copy knows of its examinations. */
  findExamination(vaultKey: string): Promise<ExaminedCopy | undefined>;
  /** Adds to how often copies were sent out. */
  countDownloads(counts: ReadonlyMap<string, number>): Promise<void>;
}
