import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FailedAttempt, NewDeadLetter } from '../../src/domain/dead-letter.js';
import { FIRST_RULES } from '../../src/domain/policy.js';
import type { File, Part } from '../../src/domain/file.js';
import type { ScanReply, StructureReport } from '../../src/domain/verdict.js';
import type { StoredContent } from '../../src/ports/contents.js';
import type { FileStore, FileTransaction } from '../../src/ports/file-store.js';
import type { ObjectStore, OpenObject, StoredArea } from '../../src/ports/object-store.js';
import type { QuarantineArea } from '../../src/ports/quarantine-area.js';
import type { Scanner, ScanSession } from '../../src/ports/scanner.js';
import type { StructureAnalyser, StructureSession } from '../../src/ports/structure-analyser.js';
import type { TypeDetector } from '../../src/ports/type-detector.js';

/** SHA-256, hexadecimal. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A store of one file, with what an inspection uses of it. Transactions run one after the other. */
export interface MemoryFileStore extends FileStore {
  file(): File;
  /** Lets another worker begin, as if the lease had ended. */
  takeOver(): void;
  /** Lets a file that was given up be inspected anew, as somebody does who replays its dead letter. */
  replay(): void;
  /** Delays of the postponements, in order. */
  readonly postponed: readonly number[];
  /** How attempts ended that came to no verdict, in order. */
  readonly attempts: readonly Omit<FailedAttempt, 'occurredAt'>[];
  /** What was given up. */
  readonly letters: readonly NewDeadLetter[];
  isStagedRemoved(): boolean;
  /** Whether infected content was noted as held in the quarantine. */
  isHeld(): boolean;
  /** Replaces what is known of the one content that stands in the vault. */
  know(content: StoredContent | undefined): void;
}

/** Makes a store of one file; only what an inspection uses works. */
export function createMemoryFileStore(initial: File, parts: readonly Part[]): MemoryFileStore {
  let file = initial;
  let isLeased = false;
  let attemptsBefore = 0;
  let isStagedRemoved = false;
  let heldAt: Date | null = null;
  let content: StoredContent | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const postponed: number[] = [];
  const attempts: Omit<FailedAttempt, 'occurredAt'>[] = [];
  const letters: NewDeadLetter[] = [];
  const isCurrent = (attempt: number): boolean => file.state === 'SCANNING' && file.attempt === attempt;

  const used: Partial<FileTransaction> = {
    find: () => Promise.resolve(file),
    findForUpdate: () => Promise.resolve(file),
    parts: () => Promise.resolve(parts),
    fragments: () => Promise.resolve([]),
    policy: () =>
      Promise.resolve({
        ...FIRST_RULES,
        ceilingBytes: 1e12,
        maxFileBytes: 1e12,
        maxBytesByType: { 'application/x-small': 10 },
        deniedTypes: ['application/x-denied'],
        quota: { bytes: 1e12, files: 1e6, uploads: 1e6 },
        directTransfer: false,
      }),
    beginInspection: () => {
      if (file.state !== 'SCANNING' || isLeased) return Promise.resolve(undefined);
      isLeased = true;
      file = { ...file, attempt: file.attempt + 1 };
      return Promise.resolve(file);
    },
    renewInspection: (_, attempt, scannedBytes) => {
      if (!isCurrent(attempt)) return Promise.resolve(false);
      file = { ...file, scannedBytes: Math.max(file.scannedBytes, scannedBytes) };
      return Promise.resolve(true);
    },
    noteFailedAttempt: (_, attempt) => {
      if (!attempts.some((one) => one.attempt === attempt.attempt)) attempts.push(attempt);
      return Promise.resolve();
    },
    failedAttempts: (_, upTo, limit) =>
      Promise.resolve(
        attempts
          .filter(({ attempt }) => attempt <= upTo)
          .slice(-limit)
          .map((one) => ({ ...one, occurredAt: file.updatedAt })),
      ),
    attemptsBeforeReplay: () => Promise.resolve(attemptsBefore),
    interruptedAttempts: (_, after) => {
      const isMeant = (one: (typeof attempts)[number]): boolean =>
        one.failureClass === 'INTERRUPTED' && one.attempt > after;
      return Promise.resolve(attempts.filter(isMeant).length);
    },
    listDeadLetters: () => Promise.resolve([]),
    addDeadLetter: (_, letter) => {
      letters.push(letter);
      return Promise.resolve(true);
    },
    postponeInspection: (_, attempt, delayMs) => {
      if (!isCurrent(attempt)) return Promise.resolve(false);
      isLeased = false;
      postponed.push(delayMs);
      return Promise.resolve(true);
    },
    change: (before, after) => {
      if (before.version !== file.version || before.attempt !== file.attempt) return Promise.resolve('stale');
      file = after;
      return Promise.resolve('written');
    },
    findContent: (sha256) => Promise.resolve(content?.sha256 === sha256 ? content : undefined),
    lockContent: (key) => Promise.resolve(content?.vaultKey === key ? content : undefined),
    enterContent: (copy) => Promise.resolve(content?.sha256 === copy.sha256 ? content : copy),
    retireContent: (key) => {
      if (content?.vaultKey === key) content = undefined;
      return Promise.resolve();
    },
    contentKeys: (keys) => Promise.resolve(new Set(keys.filter((key) => key === file.vaultKey))),
    unreferencedKeys: () => Promise.resolve([]),
    forgetContents: () => Promise.resolve(),
    findQuarantine: (fileId) =>
      Promise.resolve({
        ...{ fileId, tenantId: file.tenantId, quarantinedAt: file.updatedAt, sourceKey: null, heldAt },
        ...{ retainedUntil: null, removedAt: null, removalCause: null },
      }),
    markHeld: () => {
      heldAt = file.updatedAt;
      return Promise.resolve(true);
    },
    logSteps: () => Promise.resolve(),
    markStagedRemoved: () => {
      isStagedRemoved = true;
      return Promise.resolve();
    },
  };
  return {
    transact: (_, work) => {
      const result = last.then(() => work(used as FileTransaction));
      last = result.catch(() => undefined);
      return result;
    },
    file: () => file,
    takeOver: () => void (file = { ...file, attempt: file.attempt + 1 }),
    replay: () => {
      attemptsBefore = file.attempt;
      isLeased = false;
      file = { ...file, state: 'SCANNING', verdict: null };
    },
    postponed,
    attempts,
    letters,
    isStagedRemoved: () => isStagedRemoved,
    isHeld: () => heldAt !== null,
    know: (known) => void (content = known),
  };
}

/** A store of whole objects in memory. */
export interface MemoryObjectStore extends ObjectStore, QuarantineArea {
  readonly objects: Map<string, Buffer>;
}

/** Makes a store; `overrides` replace what a test wants to go wrong. */
export function createMemoryObjectStore(
  staged: Record<string, Buffer>,
  overrides: Partial<ObjectStore & QuarantineArea> = {},
): MemoryObjectStore {
  const objects = new Map(Object.entries(staged).map(([key, bytes]) => [`ingest/${key}`, bytes]));
  const nameOf = ({ area, key }: { area: StoredArea; key: string }): string => `${area}/${key}`;
  const open = (ref: Parameters<typeof nameOf>[0]): Promise<OpenObject | undefined> => {
    const bytes = objects.get(nameOf(ref));
    return Promise.resolve(bytes && { sizeBytes: bytes.length, body: chunked(bytes) });
  };
  return {
    objects,
    minPartBytes: 1,
    beginUpload: (key) => Promise.resolve({ key, handle: 'handle' }),
    putPart: (_, partNumber) => Promise.resolve({ partNumber, etag: 'etag' }),
    finishUpload: () => Promise.resolve(),
    abortUpload: () => Promise.resolve(),
    write: async (ref, sizeBytes, body) => {
      const bytes = await buffer(copied(body));
      if (bytes.length !== sizeBytes) throw new Error('The body has another size.');
      objects.set(nameOf(ref), bytes);
    },
    read: (ref) => open(ref),
    lend: (ref) => open(ref),
    stat: (ref) => Promise.resolve(objects.get(nameOf(ref))?.length),
    remove: (ref) => {
      objects.delete(nameOf(ref));
      return Promise.resolve();
    },
    isolate: (from, key) => {
      const bytes = objects.get(nameOf(from));
      if (bytes) objects.set(nameOf({ area: 'quarantine', key }), bytes);
      return Promise.resolve(objects.has(nameOf({ area: 'quarantine', key })));
    },
    readIsolated: (key) => open({ area: 'quarantine', key }),
    removeIsolated: (key) => {
      objects.delete(nameOf({ area: 'quarantine', key }));
      return Promise.resolve();
    },
    check: () => Promise.resolve(),
    ...overrides,
  };
}

async function* copied(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** The bytes in chunks of 64 KiB. */
export const chunked = (bytes: Buffer, chunkBytes = 65_536): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
      bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
    ),
  );

/** A scanner that answers what it is told to; `session` replaces what a test wants to go wrong. */
export const createFakeScanner = (
  reply: ScanReply = { kind: 'ok' },
  session: Partial<ScanSession> = {},
): Scanner => ({
  maxStreamBytes: 1e9,
  begin: () =>
    Promise.resolve({
      engine: 'Fake 1.0',
      definitionsVersion: '42',
      write: () => Promise.resolve(),
      finish: () => Promise.resolve(reply),
      abort: () => undefined,
      ...session,
    }),
  status: () => Promise.resolve({ engine: 'Fake 1.0', definitionsVersion: '42', definitionsBuiltAt: null }),
});

/** An analyser that reports what it is told to; `session` replaces what a test wants to go wrong. */
export const createFakeAnalyser = (
  report: StructureReport = { findings: [], contentType: null },
  session: Partial<StructureSession> = {},
): StructureAnalyser => ({
  begin: () =>
    Promise.resolve({
      write: () => undefined,
      isTooMuch: () => Promise.resolve(false),
      finish: () => Promise.resolve(report),
      abort: () => undefined,
      ...session,
    }),
});

/** A detector that knows one type. */
export const createFakeDetector = (mediaType: string | null = null): TypeDetector => ({
  sampleBytes: 16,
  detect: () => Promise.resolve(mediaType),
});
