import type { BlockMacs } from '../domain/block-macs.js';
import type { FileId } from '../domain/ids.js';
import type { Finding, ScanCoverage } from '../domain/verdict.js';

/** A sealed copy and the bytes in it. */
export interface Copy {
  /** Where it lies in the vault. */
  readonly vaultKey: string;
  /** Of its bytes. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A copy that was just sealed. */
export interface NewCopy extends Copy {
  /** Of what is more than one block. */
  readonly blocks?: BlockMacs | undefined;
}

/** The copy that stands for a content, and what the last inspection of these bytes has shown. */
export interface StoredContent extends Copy {
  readonly engine: string;
  /** Empty unless the last inspection of these bytes found them clean. */
  readonly definitionsVersion: string;
  /** How the scanner looked at them then. */
  readonly coverage: ScanCoverage;
  readonly detectedType: string | null;
  readonly inspectedAt: Date;
}

/** What a look into bytes depends on beside the bytes. */
export interface ContentLabel {
  readonly name: string;
  readonly declaredType: string | null;
  readonly policyVersion: string;
}

/** Asks somebody to show that they hold the bytes. */
export interface PossessionQuestion {
  /** 256 random bits, 64 lower-case hexadecimal digits: names the question and keys its answer. */
  readonly challenge: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * The part of a file transaction that knows which sealed copies there are. Copies are counted by the files
 * that refer to them: the count changes in the same write as the file. Of all copies of one content at most
 * one takes references; a copy without references never gets another and waits for its removal.
 */
export interface ContentTransaction {
  /** The copy that takes references for a content. */
  findContent(sha256: string): Promise<StoredContent | undefined>;
  /** The same for one copy; nobody else can give up or join it before the transaction ends. */
  lockContent(vaultKey: string): Promise<StoredContent | undefined>;
  /**
   * What was found in a copy, and allowed, when it came under such a label: under a name that ends alike from its first
   * dot on, with the same declared type, by the same rules.
   *
   * @returns `undefined` where no file of now says so
   */
  findingsOf(vaultKey: string, label: ContentLabel): Promise<readonly Finding[] | undefined>;
  /**
   * Makes a copy the one that stands for its content, unless there is one already. The file that refers to it
   * must be written in the same transaction.
   *
   * @returns the copy that stands for the content, locked
   */
  enterContent(copy: NewCopy): Promise<Copy>;
  /** Bytes of each proven block of a copy; `undefined` for one of one block, and one that was sealed before blocks were proven. */
  blockSize(vaultKey: string): Promise<number | undefined>;
  /** The key, then the MACs of some blocks of a copy: of fewer where it has no more. `undefined` when it is gone. */
  blockMacs(vaultKey: string, firstBlock: number, count: number): Promise<Uint8Array | undefined>;
  /** Notes what proves the blocks of a copy that was sealed before they were proven. Changes nothing of any other. */
  addBlocks(vaultKey: string, blocks: BlockMacs): Promise<void>;
  /** From now on nobody refers to the copy any more, who did before excepted. Idempotent. */
  retireContent(vaultKey: string): Promise<void>;
  /** Which of the keys are those of copies; all others in the vault are rests of inspections. */
  contentKeys(vaultKeys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Copies of a content that nobody refers to any more, to be removed from the vault. */
  unreferencedKeys(sha256: string): Promise<readonly string[]>;
  /** Notes that copies without references are gone from the vault. Idempotent. */
  forgetContents(vaultKeys: readonly string[]): Promise<void>;
  /** Notes that all bytes of an open upload are durable because its content is stored. */
  receiveStored(id: FileId): Promise<void>;

  /** Asks. False, and nothing is written, when the subject has too many open questions. */
  askPossession(question: PossessionQuestion, ttlSeconds: number, maxOpen: number): Promise<boolean>;
  /** A question that was put to this subject and is still open. */
  findQuestion(challenge: string): Promise<PossessionQuestion | undefined>;
  /** Ends a question. False when it was not open any more: exactly one caller gets true. */
  takeQuestion(challenge: string): Promise<boolean>;
}
