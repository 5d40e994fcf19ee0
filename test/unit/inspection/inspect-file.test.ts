import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createContentHints } from '../../../src/adapters/lru/content-hints.js';
import { createPartMac } from '../../../src/usecases/part-mac.js';
import { createThreadedDigester } from '../../../src/adapters/digest/threaded-digester.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { TransientError } from '../../../src/domain/errors.js';
import type { File, Part } from '../../../src/domain/file.js';
import type { ObjectStore } from '../../../src/ports/object-store.js';
import type { Scanner } from '../../../src/ports/scanner.js';
import { inspectFile, type InspectionOutcome } from '../../../src/usecases/inspect-file.js';
import type { InspectionSettings } from '../../../src/usecases/inspection/inspection.js';
import { makeFile } from '../../support/make-file.js';
import { makeJob } from '../../support/make-job.js';
import { createMemoryEventBus } from '../../support/memory-event-bus.js';
import {
  chunked,
  createFakeAnalyser,
  createFakeDetector,
  createFakeScanner,
  createMemoryFileStore,
  createMemoryObjectStore,
  sha256Of,
  type MemoryFileStore,
  type MemoryObjectStore,
} from '../../support/memory-inspection.js';

const KEY = 'tenant/file';
const PART_BYTES = 100_000;
const BYTES = randomBytes(250_000);

interface Scene {
  readonly file?: Partial<File>;
  readonly bytes?: Buffer;
  readonly parts?: readonly Part[];
  readonly scanner?: Scanner;
  readonly mediaType?: string;
  readonly objects?: Partial<ObjectStore>;
  readonly settings?: Partial<InspectionSettings>;
}
interface Stage {
  readonly files: MemoryFileStore;
  readonly objects: MemoryObjectStore;
  readonly sealed: () => Buffer | undefined;
  readonly woken: () => readonly string[];
  readonly inspect: (signal?: AbortSignal) => Promise<InspectionOutcome>;
}

const partsOf = (bytes: Buffer): Part[] =>
  Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, index) => {
    const part = bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES);
    const mac = createPartMac();
    mac.update(part);
    const proofs = { sha256: sha256Of(part), mac: mac.finish() };
    return { partNumber: index + 1, sizeBytes: part.length, etag: 'etag', ...proofs };
  });

function arrange(scene: Scene = {}): Stage {
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

const never = (): Promise<never> => new Promise(() => undefined);

describe('inspecting a file', () => {
  it('makes it clean, sealed and announced when nothing speaks against it', async () => {
    const { inspect, files, sealed, objects, woken } = arrange({ file: { declaredSha256: sha256Of(BYTES) } });
    const outcome = await inspect();
    expect(outcome).toMatchObject({
      kind: 'decided',
      verdict: { outcome: 'CLEAN', scannedBytes: BYTES.length },
    });
    const file = files.file();
    expect(file).toMatchObject({ state: 'CLEAN', sha256: sha256Of(BYTES), scannedBytes: BYTES.length });
    expect(file.verdict).toMatchObject({ engine: 'Fake 1.0', definitionsVersion: '42', reason: null });
    expect(objects.objects.get(`vault/${file.vaultKey ?? ''}`)).toEqual(BYTES);
    expect(sealed()).toEqual(BYTES);
    expect(objects.objects.has(`ingest/${KEY}`)).toBe(false);
    expect(files.isStagedRemoved()).toBe(true);
    expect(woken()).toContain('outbox');
    expect(await inspect()).toEqual({ kind: 'not-due' });
  });

  it('makes a file of no bytes clean when the scanner says so', async () => {
    const { inspect, files, sealed } = arrange({ bytes: Buffer.alloc(0) });
    await inspect();
    expect(files.file()).toMatchObject({ state: 'CLEAN', sha256: sha256Of(Buffer.alloc(0)) });
    expect(sealed()).toEqual(Buffer.alloc(0));
  });

  it.each([
    ['INFECTED', 'MALWARE', { scanner: createFakeScanner({ kind: 'found', signature: 'Eicar' }) }],
    ['UNSCANNABLE', 'SCANNER_LIMIT', { scanner: createFakeScanner({ kind: 'limit', detail: 'x' }) }],
    ['UNSCANNABLE', 'ENCRYPTED_ARCHIVE', { scanner: createFakeScanner({ kind: 'encrypted', detail: 'x' }) }],
    ['REJECTED', 'CHECKSUM_MISMATCH', { file: { declaredSha256: 'f'.repeat(64) } }],
    ['REJECTED', 'TYPE_NOT_ALLOWED', { mediaType: 'application/x-denied' }],
  ] satisfies [string, string, Scene][])(
    'makes it %s because of %s and seals nothing',
    async (state, reason, scene) => {
      const { inspect, files, objects } = arrange(scene);
      await inspect();
      const sha256 = sha256Of(BYTES);
      expect(files.file()).toMatchObject({
        state,
        vaultKey: null,
        sha256,
        verdict: { outcome: state, reason },
      });
      expect([...objects.objects.keys()].filter((key) => key.startsWith('vault/'))).toEqual([]);
    },
  );

  it('does not read what the scanner cannot judge', async () => {
    const lend = never;
    const scanner = { ...createFakeScanner(), maxStreamBytes: BYTES.length - 1 };
    const { inspect, files } = arrange({ scanner, objects: { lend } });
    await inspect();
    expect(files.file()).toMatchObject({
      state: 'UNSCANNABLE',
      sha256: null,
      verdict: { reason: 'SCANNER_LIMIT' },
    });
  });
});

describe('an inspection that fails', () => {
  const gone = new TransientError('scanner', 'down');
  const failing = (error: Error) => (): Promise<never> => Promise.reject(error);
  const flipped = Buffer.from(BYTES);
  flipped[123_456] = (flipped[123_456] ?? 0) ^ 1;
  const staged =
    (bytes: Buffer, sizeBytes = BYTES.length) =>
    (): ReturnType<ObjectStore['lend']> =>
      Promise.resolve({ sizeBytes, body: chunked(bytes) });

  it.each([
    [
      'no scanner answers',
      'SCANNER_UNAVAILABLE',
      { scanner: { ...createFakeScanner(), begin: failing(gone) } },
    ],
    [
      'the scanner takes no bytes',
      'SCANNER_UNAVAILABLE',
      { scanner: createFakeScanner({ kind: 'ok' }, { write: failing(gone) }) },
    ],
    [
      'the scanner gives no reply',
      'SCANNER_UNAVAILABLE',
      { scanner: createFakeScanner({ kind: 'ok' }, { finish: failing(gone) }) },
    ],
    [
      'the staged object is gone',
      'STORE_UNAVAILABLE',
      { objects: { lend: () => Promise.resolve(undefined) } },
    ],
    [
      'the store cuts the bytes off',
      'STORE_UNAVAILABLE',
      { objects: { lend: staged(BYTES.subarray(0, -1)) } },
    ],
    ['the store has another size', 'STORE_UNAVAILABLE', { objects: { lend: staged(BYTES, 7) } }],
    [
      'the store adds bytes',
      'STORE_UNAVAILABLE',
      { objects: { lend: staged(Buffer.concat([BYTES, BYTES])) } },
    ],
    ['the store flips a bit', 'STORE_UNAVAILABLE', { objects: { lend: staged(flipped) } }],
    [
      'the store refuses the copy',
      'STORE_UNAVAILABLE',
      { objects: { write: failing(new TransientError('object-store', 'full')) } },
    ],
    ['something unknown happens', 'INSPECTION_FAILED', { objects: { lend: failing(new Error('?')) } }],
  ] satisfies [string, string, Scene][])(
    'because %s comes again, and ends as %s',
    async (_, reason, scene) => {
      const { inspect, files, objects } = arrange(scene);
      for (const attempt of [1, 2]) {
        expect(await inspect()).toMatchObject({ kind: 'postponed', attempt });
        expect(files.file()).toMatchObject({ state: 'SCANNING', verdict: null });
      }
      expect(await inspect()).toMatchObject({ kind: 'decided', verdict: { outcome: 'UNSCANNABLE', reason } });
      expect(files.file()).toMatchObject({ sha256: null, vaultKey: null });
      expect(objects.objects.size).toBe(0);
      for (const delayMs of files.postponed) expect(delayMs).toBeLessThanOrEqual(20);
    },
  );

  it('because the store stalls ends within its deadline', async () => {
    const body = chunked(BYTES);
    body._read = () => undefined;
    const { inspect } = arrange({
      objects: { lend: () => Promise.resolve({ sizeBytes: BYTES.length, body }) },
    });
    expect(await inspect()).toMatchObject({
      kind: 'postponed',
      cause: { message: expect.stringMatching(/stalled/) as string },
    });
    expect(body.destroyed).toBe(true);
  });

  it('ends without a verdict of its own when another attempt takes over, and removes its copy', async () => {
    const scene = arrange({ scanner: createFakeScanner({ kind: 'ok' }, { finish: never }) });
    const inspecting = scene.inspect();
    await expect.poll(() => scene.files.file().scannedBytes).toBe(BYTES.length);
    scene.files.takeOver();
    expect(await inspecting).toEqual({ kind: 'fenced' });
    expect(scene.files.file()).toMatchObject({ state: 'SCANNING', verdict: null });
    expect([...scene.objects.objects.keys()]).toEqual([`ingest/${KEY}`]);
  });

  it('writes nothing when it wakes up after another attempt has begun', async () => {
    const scene: Stage = arrange({
      scanner: createFakeScanner(
        { kind: 'ok' },
        {
          finish: () => {
            scene.files.takeOver();
            return Promise.resolve({ kind: 'ok' });
          },
        },
      ),
    });
    expect(await scene.inspect()).toEqual({ kind: 'fenced' });
    expect(scene.files.file()).toMatchObject({ state: 'SCANNING', verdict: null });
    expect([...scene.objects.objects.keys()]).toEqual([`ingest/${KEY}`]);
  });

  it('comes again at once when the worker is stopped', async () => {
    let isAborted = false;
    const abort = (): void => void (isAborted = true);
    const scene = arrange({ scanner: createFakeScanner({ kind: 'ok' }, { finish: never, abort }) });
    const stop = new AbortController();
    const inspecting = scene.inspect(stop.signal);
    await expect.poll(() => scene.files.file().scannedBytes).toBe(BYTES.length);
    stop.abort();
    expect(await inspecting).toMatchObject({ kind: 'postponed', attempt: 1, delayMs: 0 });
    expect(isAborted).toBe(true);
    expect([...scene.objects.objects.keys()]).toEqual([`ingest/${KEY}`]);
  });

  it('is not the end of a file whose last attempt was only interrupted', async () => {
    const { inspect, files } = arrange({ file: { attempt: 2 } });
    expect(await inspect(AbortSignal.abort())).toMatchObject({ kind: 'postponed', attempt: 3, delayMs: 0 });
    await inspect();
    expect(files.file().state).toBe('CLEAN');
  });

  it('ends a file that every worker died of', async () => {
    const { inspect, files } = arrange({ file: { attempt: 6 } });
    await inspect();
    expect(files.file()).toMatchObject({ state: 'UNSCANNABLE', verdict: { reason: 'INSPECTION_FAILED' } });
  });

  it('keeps the sealed copy when only the confirmation of its commit was lost', async () => {
    const { inspect, files, objects } = arrange();
    const transact = files.transact.bind(files);
    files.transact = async (scope, work) => {
      const before = files.file().state;
      const result = await transact(scope, work);
      if (before === 'SCANNING' && files.file().state === 'CLEAN') {
        throw new TransientError('postgres', 'lost');
      }
      return result;
    };
    expect(await inspect()).toEqual({ kind: 'fenced' });
    expect(objects.objects.get(`vault/${files.file().vaultKey ?? ''}`)).toEqual(BYTES);
  });
});
