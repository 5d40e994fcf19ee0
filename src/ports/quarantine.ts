import type { File } from '../domain/file.js';
import type { FileId } from '../domain/ids.js';
import type { DownloadKind, QuarantineEvent } from '../domain/quarantine-event.js';
import type { Quarantine, RemovalCause } from '../domain/quarantine.js';
import type { Release, ReleaseStatus } from '../domain/release.js';

/** A file with what the quarantine knows of it. */
export interface QuarantinedFile {
  readonly file: File;
  readonly quarantine: Quarantine;
  /** The newest one. */
  readonly release: Release | null;
}

/** Where a page of the quarantine ends. */
export interface QuarantinePosition {
  readonly quarantinedAt: Date;
  readonly fileId: FileId;
}

/** Selects infected files; what is absent does not restrict. */
export interface QuarantineQuery {
  /** Part of the name, letter case ignored. */
  readonly nameContains?: string;
  readonly createdBy?: string;
  /** Part of the detail of a finding, letter case ignored. */
  readonly findingContains?: string;
  /** The newest release has one of these. */
  readonly releaseStatuses?: readonly ReleaseStatus[];
  readonly limit: number;
  /** Continue after this one; the order is newest in the quarantine first. */
  readonly after?: QuarantinePosition;
}

/**
 * The part of a file transaction that knows the quarantine. Rows of it come and go with the state of the file, and
 * every change is recorded in the history with the subject of the transaction.
 */
export interface QuarantineTransaction {
  findQuarantine(id: FileId): Promise<Quarantine | undefined>;
  listQuarantine(query: QuarantineQuery): Promise<readonly QuarantinedFile[]>;
  countQuarantine(query: Omit<QuarantineQuery, 'limit' | 'after'>): Promise<number>;
  /** Notes that the content has arrived. False when that was noted before, or the content is gone. */
  markHeld(id: FileId, retainedUntil: Date): Promise<boolean>;
  /** Notes that the content is gone. Idempotent: the first cause stays. */
  markRemoved(id: FileId, cause: RemovalCause): Promise<void>;

  /** Adds a request. False when the file has one that is open: nothing is written then. */
  insertRelease(release: Release): Promise<boolean>;
  findRelease(id: string): Promise<Release | undefined>;
  /** The newest one of a file. */
  latestRelease(id: FileId): Promise<Release | undefined>;
  /** Signatures by which earlier releases of the file ended before this one was asked for. */
  earlierHits(release: Release): Promise<readonly string[]>;
  /** Writes a changed release with compare-and-set on its version; false when another write came first. */
  changeRelease(before: Release, after: Release): Promise<boolean>;
  /** Notes the definitions that the content was examined with again. Not a change of status. */
  noteReexamination(id: string, definitionsVersion: string): Promise<void>;

  /** Records that content of the quarantine goes out. */
  recordDownload(id: FileId, kind: DownloadKind, releaseId: string | null): Promise<void>;
  /** The history after a position, ascending. */
  quarantineEventsAfter(sequence: number, limit: number): Promise<readonly QuarantineEvent[]>;
  /** The newest entries of one file, ascending. */
  quarantineEventsOf(id: FileId, limit: number): Promise<readonly QuarantineEvent[]>;
  /** Position of the newest entry; zero when there is none. */
  lastQuarantineSequence(): Promise<number>;
}
