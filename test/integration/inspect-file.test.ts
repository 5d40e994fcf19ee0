import { randomBytes } from 'node:crypto';
import { open, readdir, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { File } from '../../src/domain/file.js';
import { openInspectionScene, testScanner, type InspectionScene } from '../support/inspection-scene.js';
import { makeScanner } from '../support/make-scanner.js';
import { sha256Of } from '../support/memory-inspection.js';
import { startMockClamd } from '../support/mock-clamd.js';
import { EICAR, encryptedZip, zipOf } from '../support/samples.js';

const MIB = 1024 * 1024;

/** Whatever it is, it is another one afterwards. */
async function changeFirstByte(name: string): Promise<void> {
  const file = await open(name, 'r+');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
    await file.write(
      buffer.map((byte) => byte ^ 0xff),
      0,
      1,
      0,
    );
  } finally {
    await file.close();
  }
}

describe('an inspection over Postgres, the file system and clamd', () => {
  let scene: InspectionScene;
  beforeAll(async () => {
    scene = await openInspectionScene();
  });
  afterAll(() => scene.close());

  const decide = async (bytes: Buffer, input = {}): Promise<File> => {
    const file = await scene.receive(bytes, input);
    const outcome = await scene.inspect(file);
    expect(outcome.kind).toBe('decided');
    return scene.find(file);
  };
  /** Files on disk that belong to a file. */
  const filesOf = async ({ id }: File): Promise<string[]> => {
    const entries = await readdir(scene.root, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.parentPath.includes(id))
      .map((entry) => path.join(entry.parentPath, entry.name));
  };
  const stagedPartsOf = async (file: File): Promise<string[]> => {
    const paths = await filesOf(file);
    const sizes = await Promise.all(paths.map(async (name) => (await stat(name)).size));
    return paths.filter((_, index) => (sizes[index] ?? 0) >= MIB);
  };

  it.each([0, 1, 5 * MIB, 12 * MIB + 7])('seals exactly the %i bytes that were clean', async (sizeBytes) => {
    const bytes = randomBytes(sizeBytes);
    const file = await decide(bytes, { sha256: sha256Of(bytes) });
    expect(file).toMatchObject({ state: 'CLEAN', sha256: sha256Of(bytes), scannedBytes: sizeBytes });
    expect(file.verdict).toMatchObject({ definitionsVersion: 'local', scannedBytes: sizeBytes });
    expect(file.verdict?.engine).toMatch(/^ClamAV \d/);
    expect(sha256Of((await scene.readSealed(file.vaultKey ?? '')) ?? Buffer.from('none'))).toBe(file.sha256);
    expect(await filesOf(file)).toHaveLength(1);
  });

  it('says why a file is not clean, seals nothing of it, and quarantines what is infected', async () => {
    const image = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(64)]);
    const cases = [
      [EICAR, {}, 'INFECTED', 'MALWARE'],
      [await zipOf('a.zip', await zipOf('eicar.com', EICAR)), {}, 'INFECTED', 'MALWARE'],
      [await encryptedZip(EICAR), {}, 'UNSCANNABLE', 'ENCRYPTED_ARCHIVE'],
      [image, { sha256: sha256Of(EICAR) }, 'REJECTED', 'CHECKSUM_MISMATCH'],
    ] as const;
    for (const [bytes, input, state, reason] of cases) {
      const file = await decide(bytes, input);
      expect(file).toMatchObject({ state, vaultKey: null, sha256: sha256Of(bytes), verdict: { reason } });
      const kept = await filesOf(file);
      expect(kept.filter((name) => name.includes('/vault/'))).toEqual([]);
      expect(kept.every((name) => name.includes('/quarantine/'))).toBe(true);
      expect(kept.length > 0).toBe(state === 'INFECTED');
    }
    expect(await decide(image)).toMatchObject({ state: 'CLEAN', detectedType: 'image/png' });
  });

  it('is done by one of two workers', async () => {
    const file = await scene.receive(randomBytes(MIB));
    const outcomes = await Promise.all([scene.inspect(file), scene.inspect(file)]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['decided', 'not-due']);
  });

  it('by a worker that was overtaken while it slept comes to nothing', async () => {
    const file = await scene.receive(randomBytes(MIB));
    const mock = await startMockClamd({ reply: null });
    const silent = makeScanner([mock.address], { replyTimeoutMs: 60_000 });
    // Its lease ends at once, as that of a worker whose whole process is stopped does.
    const settings = { ...scene.deps.settings, leaseMs: 1 };
    const sleep = (durationMs: number, signal?: AbortSignal): Promise<void> =>
      scene.deps.clock.sleep(durationMs < 1_000 ? 1_000 : durationMs, signal);
    const clock = { ...scene.deps.clock, sleep };
    const overtaken = scene.inspect(file, { scanner: silent, settings, clock });
    await expect.poll(() => mock.receivedBytes()).toBeGreaterThan(MIB);
    expect(await scene.inspect(file)).toMatchObject({ kind: 'decided', verdict: { outcome: 'CLEAN' } });
    const decided = await scene.find(file);
    expect(await overtaken).toEqual({ kind: 'fenced' });
    expect(await scene.find(file)).toEqual(decided);
    expect(await filesOf(file)).toHaveLength(1);
    await mock.stop();
  });

  it('without a scanner comes again until its attempts are used up', async () => {
    const mock = await startMockClamd();
    await mock.stop();
    const scanner = makeScanner([mock.address]);
    const file = await scene.receive(randomBytes(1_000));
    for (const attempt of [1, 2]) {
      expect(await scene.inspect(file, { scanner })).toMatchObject({ kind: 'postponed', attempt });
      expect((await scene.find(file)).state).toBe('SCANNING');
    }
    await scene.inspect(file, { scanner });
    expect(await scene.find(file)).toMatchObject({
      state: 'UNSCANNABLE',
      sha256: null,
      verdict: { reason: 'SCANNER_UNAVAILABLE' },
    });
  });

  it('without a scanner for a while ends well when it is back', async () => {
    const mock = await startMockClamd({ reply: "Can't allocate memory ERROR\0" });
    const file = await scene.receive(randomBytes(1_000));
    expect(await scene.inspect(file, { scanner: makeScanner([mock.address]) })).toMatchObject({
      kind: 'postponed',
    });
    expect(await scene.inspect(file, { scanner: testScanner() })).toMatchObject({ kind: 'decided' });
    expect((await scene.find(file)).state).toBe('CLEAN');
    await mock.stop();
  });

  it.each([
    ['cut off', (name: string) => truncate(name, MIB)],
    ['changed', changeFirstByte],
  ])('of bytes that the store has %s is no verdict over them', async (_, damage) => {
    const file = await scene.receive(randomBytes(5 * MIB));
    const [part] = await stagedPartsOf(file);
    await damage(part ?? '');
    for (const attempt of [1, 2]) {
      expect(await scene.inspect(file)).toMatchObject({ kind: 'postponed', attempt });
    }
    await scene.inspect(file);
    expect(await scene.find(file)).toMatchObject({
      state: 'UNSCANNABLE',
      sha256: null,
      vaultKey: null,
      verdict: { reason: 'STORE_UNAVAILABLE' },
    });
  });
});
