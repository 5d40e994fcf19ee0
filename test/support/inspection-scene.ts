import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { inject } from 'vitest';
import { createThreadedDigester } from '../../src/adapters/digest/threaded-digester.js';
import { createFileTypeDetector } from '../../src/adapters/file-type/type-detector.js';
import { createFilesystemStore } from '../../src/adapters/filesystem/filesystem-store.js';
import { createUploadSpool } from '../../src/adapters/filesystem/upload-spool.js';
import { createContentHints } from '../../src/adapters/lru/content-hints.js';
import { createFileStore } from '../../src/adapters/postgres/file-store.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { File } from '../../src/domain/file.js';
import type { Scanner } from '../../src/ports/scanner.js';
import type { Spool } from '../../src/ports/spool.js';
import { inspectFile, type InspectionOutcome } from '../../src/usecases/inspect-file.js';
import type { InspectFileDeps } from '../../src/usecases/inspection/inspection.js';
import { receiveFile, type ReceiveFileInput } from '../../src/usecases/receive-file.js';
import { createTestDatabase, openDatabase } from './database.js';
import { startAnalyser } from './make-analyser.js';
import { makeScanner, toClamdAddress } from './make-scanner.js';
import { createMemoryEventBus } from './memory-event-bus.js';
import { ACME } from './stored-files.js';

/** Real parts around the inspection: Postgres, the file system, clamd. */
export interface InspectionScene {
  /** The upload directory is one of its own: what was spooled there is stored by the methods of the store. */
  readonly deps: InspectFileDeps & { readonly spool: Spool };
  /** Where the objects lie. */
  readonly root: string;
  /** As the superuser. */
  readonly ownerUrl: string;
  /** As `lazaret_system`. */
  readonly systemUrl: string;
  /** Uploads bytes, so that they wait for their inspection. */
  receive(bytes: Buffer, input?: Partial<ReceiveFileInput>): Promise<File>;
  inspect(file: File, overrides?: Partial<InspectFileDeps>, signal?: AbortSignal): Promise<InspectionOutcome>;
  find(file: File): Promise<File>;
  /** The sealed copy, where there is one. */
  readSealed(key: string): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload', 'file:read']) };

/** A patient scanner on the clamd of the tests. */
export const testScanner = (): Scanner =>
  makeScanner([toClamdAddress(inject('services').clamd.tcp)], {
    connectTimeoutMs: 10_000,
    writeTimeoutMs: 30_000,
    replyTimeoutMs: 60_000,
  });

/** Builds the scene on a database and a directory of its own, or on another store. */
export async function openInspectionScene(
  openStore?: () => Promise<InspectFileDeps['objects']>,
): Promise<InspectionScene> {
  const urls = await createTestDatabase();
  const database = openDatabase(urls.appUrl);
  const root = await mkdtemp(path.join(tmpdir(), 'lazaret-inspection-'));
  const spoolRoot = await mkdtemp(path.join(tmpdir(), 'lazaret-spool-'));
  const clock = createSystemClock();
  const analyser = await startAnalyser();
  const deps: InspectionScene['deps'] = {
    files: createFileStore(database),
    objects: await (openStore?.() ?? createFilesystemStore({ root, clock })),
    spool: await createUploadSpool({ root: spoolRoot, clock }),
    scanner: testScanner(),
    analyser,
    types: createFileTypeDetector(),
    digests: createThreadedDigester(),
    bus: createMemoryEventBus(),
    clock,
    hints: createContentHints(),
    retentionMs: 7_200_000,
    settings: { leaseMs: 1_500, maxAttempts: 3, backoffMs: 5, maxBackoffMs: 10 },
  };
  return {
    deps,
    root,
    ownerUrl: urls.ownerUrl,
    systemUrl: urls.systemUrl,
    receive: (bytes, input) => receive(deps, bytes, input),
    inspect: (file, overrides = {}, signal = new AbortController().signal) => {
      const { id: fileId, tenantId, priority, attempt } = file;
      const job = { fileId, tenantId, priority, attempt, correlationId: 'inspection' };
      return inspectFile({ ...deps, ...overrides })(job, signal);
    },
    find: async (file) => {
      const found = await deps.files.transact(ACME, (tx) => tx.find(file.id));
      if (!found) throw new Error('The file is gone.');
      return found;
    },
    readSealed: async (key) => {
      const object = await deps.objects.read({ area: 'vault', key });
      return object && Buffer.concat(await object.body.toArray());
    },
    close: async () => {
      await analyser.close();
      await database.close();
      const remove = [root, spoolRoot].map((one) => rm(one, { recursive: true, force: true }));
      await Promise.all([urls.drop(), ...remove]);
    },
  };
}

async function receive(
  deps: InspectionScene['deps'],
  bytes: Buffer,
  input: Partial<ReceiveFileInput> = {},
): Promise<File> {
  const settings = { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
  const outcome = await receiveFile({ ...deps, ids: createUuidV7Ids(), settings })(ACTOR, {
    name: 'sample.bin',
    body: Readable.from(bytes.length > 0 ? [Buffer.from(bytes)] : [], { objectMode: false }),
    signal: new AbortController().signal,
    ...input,
  });
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.value;
}
