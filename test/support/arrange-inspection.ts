import { randomBytes } from 'node:crypto';
import { createContentHints } from '../../src/adapters/lru/content-hints.js';
import { createPartMac } from '../../src/usecases/part-mac.js';
import { createThreadedDigester } from '../../src/adapters/digest/threaded-digester.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import type { File, Part } from '../../src/domain/file.js';
import type { ObjectStore } from '../../src/ports/object-store.js';
import type { Scanner } from '../../src/ports/scanner.js';
import { inspectFile, type InspectionOutcome } from '../../src/usecases/inspect-file.js';
import type { InspectionSettings } from '../../src/usecases/inspection/inspection.js';
import { makeFile } from './make-file.js';
import { makeJob } from './make-job.js';
import { createMemoryEventBus } from './memory-event-bus.js';
import {
  createFakeAnalyser,
  createFakeDetector,
  createFakeScanner,
  createMemoryFileStore,
  createMemoryObjectStore,
  sha256Of,
  type MemoryFileStore,
  type MemoryObjectStore,
} from './memory-inspection.js';

/** Key of the staged bytes. */
export const KEY = 'tenant/file';
const PART_BYTES = 100_000;
/** What is inspected where nothing else is said. */
export const BYTES = randomBytes(250_000);

/** What is special about an inspection. */
export interface Scene {
  readonly file?: Partial<File>;
  readonly bytes?: Buffer;
  readonly parts?: readonly Part[];
  readonly scanner?: Scanner;
  readonly mediaType?: string;
  readonly objects?: Partial<ObjectStore>;
  readonly settings?: Partial<InspectionSettings>;
}
/** An inspection that can be run, and what it did. */
export interface Stage {
  readonly files: MemoryFileStore;
  readonly objects: MemoryObjectStore;
  readonly sealed: () => Buffer | undefined;
  readonly woken: () => readonly string[];
  readonly inspect: (signal?: AbortSignal) => Promise<InspectionOutcome>;
}

/** The ledger of bytes. */
const partsOf = (bytes: Buffer): Part[] =>
  Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, index) => {
    const part = bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES);
    const mac = createPartMac();
    mac.update(part);
    const proofs = { sha256: sha256Of(part), mac: mac.finish() };
    return { partNumber: index + 1, sizeBytes: part.length, etag: 'etag', ...proofs };
  });

/** Sets up an inspection on memory. */
export function arrange(scene: Scene = {}): Stage {
  const bytes = scene.bytes ?? BYTES;
  const sizes = { sizeBytes: bytes.length, receivedBytes: bytes.length, ingestKey: KEY };
  const file = makeFile({ state: 'SCANNING', ...sizes, ...scene.file });
  const files = createMemoryFileStore(file, scene.parts ?? partsOf(bytes));
  const objects = createMemoryObjectStore({ [KEY]: bytes }, scene.objects);
  const bus = createMemoryEventBus();
  const run = inspectFile({
    files,
    objects,
    bus,
    scanner: scene.scanner ?? createFakeScanner(),
    types: createFakeDetector(scene.mediaType ?? null),
    digests: createThreadedDigester(),
    clock: createSystemClock(),
    ...{ hints: createContentHints(), analyser: createFakeAnalyser(), retentionMs: 1_000 },
    settings: {
      leaseMs: 30,
      maxAttempts: 3,
      backoffMs: 10,
      maxBackoffMs: 20,
      stallMs: 200,
      ...scene.settings,
    },
  });
  const job = makeJob({ tenantId: file.tenantId, fileId: file.id });
  return {
    files,
    objects,
    sealed: () => objects.objects.get(`vault/${file.tenantId}/${file.id}/${files.file().attempt}`),
    woken: () => bus.woken.map((topic) => topic.kind),
    inspect: (signal = new AbortController().signal) => run(job, signal),
  };
}
