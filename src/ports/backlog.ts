import type { FileId, TenantId } from '../domain/ids.js';
import type { InspectionJob } from './job-queue.js';

/** A file of any tenant that something is due for. */
export interface DueFile {
  readonly tenantId: TenantId;
  readonly fileId: FileId;
}

/** An ended file of any tenant whose bytes are still to be removed. */
export interface DueCleanup extends DueFile {
  /** When it last changed: with its id it says where it stands among the others. */
  readonly updatedAt: Date;
}

/** A release of any tenant that something is due for. */
export interface DueRelease extends DueFile {
  readonly releaseId: string;
}

/** A sealed copy of any tenant whose last examination is outdated. */
export interface DueCopy {
  readonly tenantId: TenantId;
  readonly vaultKey: string;
  readonly sizeBytes: number;
}

/** A dead letter of any tenant that nobody decided over in its time. */
export interface DueDeadLetter extends DueFile {
  readonly deadLetterId: string;
}

/** How much stands where, over all tenants; for metrics. */
export interface BacklogCounts {
  readonly scanning: number;
  readonly unpublished: number;
  /** Age of the oldest file that waits for a verdict, in milliseconds. */
  readonly oldestScanningMs: number;
  /** Inspections that were given up and wait for a decision, by cause. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Age of the oldest of those, in milliseconds. */
  readonly oldestDeadLetterMs: number;
}

/** What stands in the quarantines of all tenants; for metrics. */
export interface QuarantineCounts {
  /** Infected files whose content is kept. */
  readonly kept: number;
  /** Releases that wait for somebody's decision. */
  readonly requested: number;
  /** Releases in force: infected content that can be downloaded. */
  readonly approved: number;
}

/** Finds work that the queue may have lost. Works across tenants and sees no content and no names. */
export interface Backlog {
  /** Files in SCANNING that have had their turn, whose inspection is due and that no live lease covers, oldest first. */
  dueInspections(limit: number): Promise<readonly InspectionJob[]>;
  /** Open uploads past their expiry, oldest first. */
  dueExpiries(limit: number): Promise<readonly DueFile[]>;
  /**
   * Open uploads whose parts may come straight to the store, and whose turn to be asked about it is: often while
   * they move, ever more rarely afterwards. The one asked about longest ago comes first.
   */
  dueListings(limit: number): Promise<readonly DueFile[]>;
  /**
   * Ended files whose staged bytes have not been removed yet and have no open dead letter, oldest first.
   *
   * @param after - only those that stand behind this one
   */
  dueCleanups(limit: number, after?: DueCleanup): Promise<readonly DueCleanup[]>;
  /** Releases, decided or not, whose time is over, oldest first. */
  dueReleaseEnds(limit: number): Promise<readonly DueRelease[]>;
  /** Definitions that the content of approved releases was last examined with, each once. */
  releasedVersions(): Promise<readonly string[]>;
  /** Approved releases whose content was last examined with one of the given definitions. */
  dueReexaminations(examinedWith: readonly string[], limit: number): Promise<readonly DueRelease[]>;
  /** Definitions that copies in use were last examined with, each once; empty for those that are asked for. */
  examinedVersions(): Promise<readonly string[]>;
  /**
   * Copies in use that were last examined with one of the given definitions and that nobody examines: those that are
   * asked for first, then in equal shares the newest and the most downloaded.
   */
  dueRescans(examinedWith: readonly string[], limit: number): Promise<readonly DueCopy[]>;
  /** How many those are, those under way included; counts up to the limit. */
  countRescans(examinedWith: readonly string[], limit: number): Promise<number>;
  /** Infected files whose content has been kept for long enough, oldest first. */
  dueRetentions(limit: number): Promise<readonly DueFile[]>;
  /** Dead letters that are open for longer than that, oldest first. */
  dueDeadLetters(minAgeMs: number, limit: number): Promise<readonly DueDeadLetter[]>;
  /** Removes expired idempotency keys; returns how many. */
  forgetExpiredKeys(limit: number): Promise<number>;
  /** Removes questions about possession that nobody answered in time; returns how many. */
  forgetExpiredChallenges(limit: number): Promise<number>;
  /** Tenants that ever had a file, in the order of their ids, after one of them. */
  tenants(limit: number, after?: TenantId): Promise<readonly TenantId[]>;
  counts(): Promise<BacklogCounts>;
  quarantineCounts(): Promise<QuarantineCounts>;
}
