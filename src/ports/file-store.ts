import type { Correlation } from '../domain/actor.js';
import type { FileEvent } from '../domain/events.js';
import type { FileState } from '../domain/file-state.js';
import type { File, Part } from '../domain/file.js';
import type { FileId, TenantId } from '../domain/ids.js';
import type { ContentTransaction } from './contents.js';
import type { DeadLetterTransaction } from './dead-letters.js';
import type { ClaimOutcome, IdempotencyClaim } from './idempotency.js';
import type { FragmentTransaction } from './fragments.js';
import type { PolicyTransaction } from './policies.js';
import type { QuarantineTransaction } from './quarantine.js';
import type { RescanTransaction } from './rescans.js';
import type { SagaLogTransaction } from './saga-log.js';
import type { QuotaDimension, QuotaShare } from '../domain/quota.js';
import type { Claims } from '../domain/stored-bytes.js';

/** On whose behalf a transaction runs; row-level security follows from it. An actor is one. */
export interface TenantScope extends Correlation {
  readonly tenantId: TenantId;
  /** Written to the audit trail. */
  readonly subject: string;
}

/** Selects files; what is absent does not restrict. */
export interface FileQuery {
  readonly states?: readonly FileState[];
  /** Part of the name, letter case ignored. */
  readonly nameContains?: string;
  readonly createdBy?: string;
  /** At most this many; the caller asks for one more than a page to learn whether there is a next one. */
  readonly limit: number;
  /** Continue after this file; the order is newest first. */
  readonly after?: FileId;
}

/**
 * What a write of a file can come to; a quota that it exceeds is named, and whatever the transaction resolves to, it is
 * then rolled back.
 */
export type WriteOutcome = 'written' | 'stale' | `quota-exceeded:${QuotaDimension}`;

/** What became of a part that was entered into the ledger. */
export interface LedgerEntry {
  /** Of the whole file, this part included. */
  readonly receivedBytes: number;
  /** Of the part that it replaced; nobody refers to those bytes any more. */
  readonly replacedEtag: string | null;
  /** Keys of the fragments that the part has made needless. */
  readonly droppedFragments: readonly string[];
}

/** How the ledger differs from what the store has. */
export interface LedgerCorrection {
  /** Parts that the ledger does not have, or has otherwise. */
  readonly enter: readonly Part[];
  /** Numbers of parts that the store does not have. */
  readonly drop: readonly number[];
}

/** Names a tenant. */
export interface Tenant {
  readonly id: TenantId;
  readonly slug: string;
  readonly name: string;
}

/**
 * Everything that can be read and written in one transaction of one tenant. Rows of other tenants do not
 * exist here. A transaction object is dead after its callback has ended: using it then throws.
 */
export interface FileTransaction
  extends
    ContentTransaction,
    DeadLetterTransaction,
    FragmentTransaction,
    PolicyTransaction,
    QuarantineTransaction,
    RescanTransaction,
    SagaLogTransaction {
  find(id: FileId): Promise<File | undefined>;
  /** Like `find`, and no other transaction can change the file before this one ends. */
  findForUpdate(id: FileId): Promise<File | undefined>;
  list(query: FileQuery): Promise<readonly File[]>;
  count(query: Omit<FileQuery, 'limit' | 'after'>): Promise<number>;
  /** Adds a file together with its quota, its first event and its audit row. Never `stale`. */
  insert(file: File): Promise<WriteOutcome>;
  /**
   * Writes a changed file with compare-and-set on version and attempt, together with the change of quota,
   * the event and the audit row. `stale` when another write came first: nothing is written then.
   */
  change(before: File, after: File): Promise<WriteOutcome>;

  /** The ledger: parts that are durable and verified, ascending. */
  parts(id: FileId): Promise<readonly Part[]>;
  /**
   * Adds or replaces a part, drops the fragments of that part, and moves `receivedBytes` with it. The caller
   * holds the file's lock. Throws `FaultError` QUOTA_EXCEEDED when an upload of unknown length outgrows the
   * quota.
   */
  putPart(id: FileId, part: Part): Promise<LedgerEntry>;
  /**
   * Makes the ledger what the store has: enters parts as `putPart` does, and removes others. The caller holds
   * the file's lock and has made sure that no newer part is overwritten.
   */
  correctLedger(id: FileId, correction: LedgerCorrection): Promise<Omit<LedgerEntry, 'replacedEtag'>>;
  /** Lets clients send the parts of an open upload straight to the store from now on. Not a change of state. */
  openDirect(id: FileId): Promise<void>;
  /** Notes that an upload whose parts do not come through the API has moved. */
  noteDirectMove(id: FileId): Promise<void>;
  /**
   * Takes the turn to ask the store for the parts of such an upload. False when somebody else had it less than
   * so many milliseconds ago, or the upload is over.
   */
  claimListing(id: FileId, minAgeMs: number): Promise<boolean>;
  /** Adds the parts of an upload that has none, and moves `receivedBytes` with them. The caller made the file. */
  putParts(id: FileId, parts: readonly Part[]): Promise<void>;
  /**
   * Sets the size of an open upload that had none, and reserves the rest of it. Not a change of state. `stale`
   * when the size is known already.
   */
  declareSize(id: FileId, sizeBytes: number): Promise<WriteOutcome>;
  /**
   * Begins to append to an upload, whose part size is what the file says from now on. The caller holds the file's lock.
   *
   * @returns the token that fences off whoever began before: who finds another one later was overtaken
   */
  beginAppend(file: Pick<File, 'id' | 'partSizeBytes' | 'isPartSizeOpen'>): Promise<number>;
  /**
   * Lets the part size of an upload be what it is. Not a change of state.
   *
   * @returns the part size
   */
  settlePartSize(id: FileId): Promise<number>;
  /** Remembers the handle of the store's multipart upload, or that there is none any more. Not a change of state. */
  setIngestHandle(id: FileId, handle: string | null): Promise<void>;

  /**
   * Begins an inspection: grows the attempt and takes the lease. `undefined` when the file is not in
   * SCANNING or a live lease covers it.
   */
  beginInspection(id: FileId, leaseMs: number): Promise<File | undefined>;
  /**
   * Keeps the lease and notes how far the scan is (`scannedBytes` never shrinks). False when this attempt is
   * no longer the current one: whoever learns that stops without a trace.
   */
  renewInspection(id: FileId, attempt: number, scannedBytes: number, leaseMs: number): Promise<boolean>;
  /** Ends the lease so that the next inspection may begin after a while. False as in `renewInspection`. */
  postponeInspection(id: FileId, attempt: number, delayMs: number): Promise<boolean>;
  /** How many files of the tenant are inspected before this one; `null` when it does not wait. */
  queuePosition(id: FileId): Promise<number | null>;

  /** Events after a position, ascending. */
  eventsAfter(sequence: number, limit: number): Promise<readonly FileEvent[]>;
  /** Position of the newest numbered event; zero when there is none. */
  lastSequence(): Promise<number>;

  /** Claims an idempotency key; waits while another transaction holds it. */
  claimKey(claim: IdempotencyClaim): Promise<ClaimOutcome>;
  /** Stores the answer that replays of a claimed key get. Must be JSON. */
  storeAnswer(key: string, answer: unknown): Promise<void>;

  /**
   * What rows say of bytes in the store.
   *
   * @param ids - files that the bytes were made for
   * @param keys - where the bytes are; whichever file names one of them is found
   */
  claims(ids: readonly FileId[], keys: readonly string[]): Promise<Claims>;

  /** What the tenant uses of its quota. */
  usage(): Promise<QuotaShare>;
  /**
   * Compares the usage with what the files hold and corrects it where it differs.
   *
   * @returns by how much it was too high; all zero when it was right
   */
  reconcileUsage(): Promise<QuotaShare>;
  tenant(): Promise<Tenant | undefined>;
}

/** The truth about files. Throws `TransientError` when the database cannot be reached or is overloaded. */
export interface FileStore {
  /**
   * Runs the work in one transaction under the tenant's row-level security. Commits when it resolves, rolls
   * back when it throws or resolves to a failed outcome of a use-case. The work may run again after a
   * serialization failure or a deadlock, so it must have no effect outside the transaction.
   *
   * @throws UncertainError when it may have committed all the same; after any other error it has not
   */
  transact<T>(scope: TenantScope, work: (tx: FileTransaction) => Promise<T>): Promise<T>;
}
