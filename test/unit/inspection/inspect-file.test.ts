import { describe, expect, it } from 'vitest';
import { arrange, BYTES, KEY, type Scene } from '../../support/arrange-inspection.js';
import { createFakeScanner, sha256Of } from '../../support/memory-inspection.js';

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
