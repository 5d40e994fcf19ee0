import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createThreadedDigester } from '../../../src/adapters/digest/threaded-digester.js';
import { createContentHints } from '../../../src/adapters/lru/content-hints.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import type { File, Part } from '../../../src/domain/file.js';
import type { StoredContent } from '../../../src/ports/contents.js';
import { inspectFile, type InspectionOutcome } from '../../../src/usecases/inspect-file.js';
import type { Inspection } from '../../../src/usecases/inspection/inspection.js';
import { findKnownScan } from '../../../src/usecases/inspection/known-scan.js';
import { createPartMac } from '../../../src/usecases/part-mac.js';
import { makeFile } from '../../support/make-file.js';
import { makeJob } from '../../support/make-job.js';
import { createMemoryEventBus } from '../../support/memory-event-bus.js';
import {
  createFakeAnalyser,
  createFakeDetector,
  createFakeScanner,
  createMemoryFileStore,
  createMemoryObjectStore,
  sha256Of,
  type MemoryFileStore,
} from '../../support/memory-inspection.js';

const KEY = 'tenant/file';
const BYTES = randomBytes(150_000);
const STORED: StoredContent = {
  vaultKey: 'tenant/before/1',
  sha256: sha256Of(BYTES),
  sizeBytes: BYTES.length,
  engine: 'Fake 1.0',
  definitionsVersion: '42',
  coverage: 'WHOLE',
  detectedType: null,
  inspectedAt: new Date(Date.now() - 60_000),
};

interface Scene {
  readonly bytes?: Buffer;
  readonly stored?: Partial<StoredContent> | null;
  readonly file?: Partial<File>;
  /** What each part is said to have; @default the whole in one part, as it is. */
  readonly parts?: readonly Part[];
  /** Happens when the bytes have passed. */
  readonly meanwhile?: (files: MemoryFileStore) => void;
}

function partOf(bytes: Buffer, partNumber: number): Part {
  const mac = createPartMac();
  mac.update(bytes);
  return {
    partNumber,
    sizeBytes: bytes.length,
    etag: 'etag',
    sha256: sha256Of(bytes),
    mac: mac.finish(),
  };
}

function arrange({ bytes = BYTES, stored = {}, file: changes, parts, meanwhile }: Scene = {}) {
  const sizes = { sizeBytes: bytes.length, receivedBytes: bytes.length, ingestKey: KEY };
  const file = makeFile({ state: 'SCANNING', ...sizes, ...changes });
  const files = createMemoryFileStore(file, parts ?? [partOf(bytes, 1)]);
  if (stored) files.know({ ...STORED, ...stored });
  const objects = createMemoryObjectStore({ [KEY]: bytes });
  objects.objects.set(`vault/${STORED.vaultKey}`, BYTES);
  let scans = 0;
  let knownBytes = 0;
  const scanner = createFakeScanner();
  const analyser = createFakeAnalyser(undefined, {
    finish: () => {
      meanwhile?.(files);
      return Promise.resolve({ findings: [], contentType: null });
    },
  });
  const run = inspectFile({
    files,
    objects,
    bus: createMemoryEventBus(),
    scanner: { ...scanner, begin: (signal) => scanner.begin(signal).finally(() => (scans += 1)) },
    analyser,
    types: createFakeDetector(),
    digests: createThreadedDigester(),
    clock: createSystemClock(),
    hints: createContentHints(),
    onKnown: (sizeBytes) => (knownBytes += sizeBytes),
    retentionMs: 1_000,
    settings: { leaseMs: 1_000, maxAttempts: 3, backoffMs: 1, maxBackoffMs: 1 },
  });
  const job = makeJob({ tenantId: file.tenantId, fileId: file.id });
  return {
    files,
    scans: () => scans,
    knownBytes: () => knownBytes,
    inspect: (): Promise<InspectionOutcome> => run(job, new AbortController().signal),
  };
}

const halves = [partOf(BYTES.subarray(0, 70_000), 1), partOf(BYTES.subarray(70_000), 2)];

describe('bytes that the same definitions have judged before', () => {
  it('are not scanned a second time, and their verdict says when they were', async () => {
    const scene = arrange();
    expect(await scene.inspect()).toMatchObject({ kind: 'decided', verdict: { outcome: 'CLEAN' } });
    expect(scene.scans()).toBe(0);
    expect(scene.knownBytes()).toBe(BYTES.length);
    const { verdict } = scene.files.file();
    expect(verdict).toMatchObject({ engine: 'Fake 1.0', definitionsVersion: '42', coverage: 'WHOLE' });
    expect(verdict?.decidedAt).toEqual(STORED.inspectedAt);
  });

  it('are recognised in several parts by what their sender says of the whole', async () => {
    const scene = arrange({ parts: halves, file: { declaredSha256: STORED.sha256 } });
    expect(await scene.inspect()).toMatchObject({ verdict: { outcome: 'CLEAN' } });
    expect(scene.scans()).toBe(0);
  });

  it.each([
    ['nothing was stored', { stored: null }],
    ['the last look at them did not find them clean', { stored: { definitionsVersion: '', engine: '' } }],
    ['there are other definitions', { stored: { definitionsVersion: '41' } }],
    ['there is another engine', { stored: { engine: 'Fake 0.9' } }],
    ['it was too long ago', { stored: { inspectedAt: new Date(Date.now() - 86_500_000) } }],
    ['it was in segments', { stored: { coverage: 'SEGMENTS' } }],
    ['what was stored has another size', { stored: { sizeBytes: BYTES.length + 1 } }],
    ['nothing says what they are', { parts: halves }],
  ] satisfies [string, Scene][])('are scanned where %s', async (_, scene) => {
    const { inspect, scans, knownBytes } = arrange(scene);
    expect(await inspect()).toMatchObject({ verdict: { outcome: 'CLEAN' } });
    expect(scans()).toBe(1);
    expect(knownBytes()).toBe(0);
  });
});

describe('bytes that are said to be known, and are not', () => {
  const others = randomBytes(BYTES.length);
  const otherHalves = [partOf(others.subarray(0, 70_000), 1), partOf(others.subarray(70_000), 2)];

  it('are scanned before anything is decided over them', async () => {
    const lie = { parts: otherHalves, file: { declaredSha256: STORED.sha256 } };
    const scene = arrange({ bytes: others, ...lie });
    expect(await scene.inspect()).toMatchObject({
      verdict: { outcome: 'REJECTED', reason: 'CHECKSUM_MISMATCH' },
    });
    expect(scene.scans()).toBe(1);
    expect(scene.knownBytes()).toBe(0);
  });

  it.each<[string, Partial<StoredContent>]>([
    ['is taken back', { definitionsVersion: '' }],
    ['is what another engine says', { engine: 'Fake 0.9' }],
  ])('wait for another look when what was known %s before it is decided', async (_, change) => {
    const scene = arrange({ meanwhile: (files) => files.know({ ...STORED, ...change }) });
    expect(await scene.inspect()).toMatchObject({ kind: 'postponed' });
    expect(scene.files.file()).toMatchObject({ state: 'SCANNING', verdict: null });
    expect(await scene.inspect()).toMatchObject({ verdict: { outcome: 'CLEAN' } });
    expect(scene.scans()).toBe(1);
  });
});

describe('what is known of bytes', () => {
  const known = (maxStreamBytes: number) => {
    const deps = { scanner: { ...createFakeScanner(), maxStreamBytes }, clock: createSystemClock() };
    const inspection = { deps, expected: STORED, sizeBytes: BYTES.length } as unknown as Inspection;
    return findKnownScan(inspection, new AbortController().signal);
  };

  it('holds of what was scanned whole, also where a scanner would now take it in segments', async () => {
    expect(await known(BYTES.length)).toEqual(STORED);
    expect(await known(BYTES.length - 1)).toEqual(STORED);
  });
});
