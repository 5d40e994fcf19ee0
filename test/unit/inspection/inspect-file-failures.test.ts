import { describe, expect, it } from 'vitest';
import { PermanentError, TransientError } from '../../../src/domain/errors.js';
import type { ObjectStore } from '../../../src/ports/object-store.js';
import type { Scanner } from '../../../src/ports/scanner.js';
import { arrange, BYTES, KEY, type Scene, type Stage } from '../../support/arrange-inspection.js';
import { chunked, createFakeScanner } from '../../support/memory-inspection.js';

const never = (): Promise<never> => new Promise(() => undefined);

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
      // What was given up keeps its bytes, and tells how it came to that.
      expect([...objects.objects.keys()]).toEqual([`ingest/${KEY}`]);
      expect(files.isStagedRemoved()).toBe(false);
      expect(files.attempts.map(({ attempt, failureClass }) => [attempt, failureClass])).toEqual(
        expect.arrayContaining(
          [1, 2, 3].map((attempt) => [attempt, reason === 'INSPECTION_FAILED' ? 'UNKNOWN' : 'TRANSIENT']),
        ),
      );
      const cause = reason === 'INSPECTION_FAILED' ? 'UNKNOWN_FAILURE' : 'ATTEMPTS_USED_UP';
      expect(files.letters).toMatchObject([{ cause, attempt: 3 }]);
      for (const delayMs of files.postponed) expect(delayMs).toBeLessThanOrEqual(20);
    },
  );

  it('because it was refused is not tried again', async () => {
    const lend = failing(new PermanentError('object-store', 'AccessDenied for 10.0.0.7'));
    const { inspect, files } = arrange({ objects: { lend } });
    expect(await inspect()).toMatchObject({
      kind: 'decided',
      verdict: { outcome: 'UNSCANNABLE', reason: 'STORE_UNAVAILABLE' },
      givenUp: { cause: 'PERMANENT_FAILURE' },
    });
    expect(files.postponed).toEqual([]);
    expect(JSON.stringify([files.letters, files.attempts, files.file().verdict])).not.toContain('10.0.0.7');
  });

  it('because a dependency wants to be left alone comes again no sooner', async () => {
    const busy = new TransientError('object-store', 'SlowDown', { retryAfterMs: 5_000 });
    const { inspect, files } = arrange({ objects: { lend: failing(busy) } });
    await inspect();
    expect(files.postponed[0]).toBeGreaterThanOrEqual(5_000);
  });

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

  it('ends when its lease has run out, and nobody says whether it is still its own', async () => {
    let isAborted = false;
    const abort = (): void => void (isAborted = true);
    const { inspect, files } = arrange({
      scanner: createFakeScanner({ kind: 'ok' }, { finish: never, abort }),
    });
    const inspecting = inspect();
    await expect.poll(() => files.file().scannedBytes).toBe(BYTES.length);
    files.transact = () => Promise.reject(new TransientError('postgres', 'away'));
    await expect(inspecting).rejects.toMatchObject({ dependency: 'postgres' });
    expect(isAborted).toBe(true);
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

  it('comes again when the worker is stopped while the store does not answer any more', async () => {
    const scene = arrange({
      scanner: createFakeScanner({ kind: 'ok' }, { finish: never }),
      objects: { remove: never },
    });
    const stop = new AbortController();
    void scene.inspect(stop.signal);
    await expect.poll(() => scene.files.file().scannedBytes).toBe(BYTES.length);
    stop.abort();
    await expect.poll(() => scene.files.postponed).toEqual([0]);
    expect(scene.files.attempts).toMatchObject([{ attempt: 1, failureClass: 'INTERRUPTED' }]);
  });

  it('is not the end of a file whose last attempt was only interrupted', async () => {
    const { inspect, files } = arrange({ file: { attempt: 2 } });
    expect(await inspect(AbortSignal.abort())).toMatchObject({ kind: 'postponed', attempt: 3, delayMs: 0 });
    await inspect();
    expect(files.file().state).toBe('CLEAN');
  });

  it('has all its attempts also after its worker was stopped many times', async () => {
    let isBroken = true;
    const begin = (): ReturnType<Scanner['begin']> =>
      isBroken ? Promise.reject(gone) : createFakeScanner().begin();
    const { inspect, files } = arrange({ scanner: { ...createFakeScanner(), begin } });
    for (let time = 1; time <= 20; time += 1) await inspect(AbortSignal.abort());
    for (const attempt of [21, 22]) expect(await inspect()).toMatchObject({ kind: 'postponed', attempt });
    isBroken = false;
    await inspect();
    expect(files.file().state).toBe('CLEAN');
  });

  it('ends a file that no worker comes to the end of before it is stopped', async () => {
    const { inspect, files } = arrange();
    for (let time = 1; time <= 110 && files.file().state === 'SCANNING'; time += 1) {
      await inspect(AbortSignal.abort());
    }
    expect(files.letters).toMatchObject([{ cause: 'STALLED', attempt: 107 }]);
  });

  it('ends a file that every worker died of', async () => {
    const { inspect, files } = arrange({ file: { attempt: 6 } });
    await inspect();
    expect(files.file()).toMatchObject({ state: 'UNSCANNABLE', verdict: { reason: 'INSPECTION_FAILED' } });
    expect(files.letters).toMatchObject([{ cause: 'STALLED', failureClass: 'LOST', attempt: 7 }]);
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
