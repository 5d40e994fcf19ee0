import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { File } from '../../src/domain/file.js';
import { readStoredKey } from '../../src/domain/stored-bytes.js';
import type { Scanner } from '../../src/ports/scanner.js';
import { updatePolicy } from '../../src/usecases/policy/update-policy.js';
import { askPossession } from '../../src/usecases/possession/ask-possession.js';
import { provePossession } from '../../src/usecases/possession/prove-possession.js';
import { rescanCopy, type RescanOutcome } from '../../src/usecases/rescan/rescan-copy.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { createFakeScanner, sha256Of } from '../support/memory-inspection.js';
import { proofOf } from '../support/prove.js';
import { ACME } from '../support/stored-files.js';

const ACTOR: Actor = {
  ...ACME,
  roles: [],
  permissions: new Set(['file:read', 'file:upload', 'policy:manage']),
};
const running = new AbortController().signal;
const scanner = (maxStreamBytes: number, definitionsVersion = '42'): Scanner => ({
  ...createFakeScanner(undefined, { definitionsVersion }),
  maxStreamBytes,
  status: () => Promise.resolve({ engine: 'Fake 1.0', definitionsVersion, definitionsBuiltAt: null }),
});
/** Long enough to compare a few bytes on a busy machine. */
const patiently = (_: number, signal?: AbortSignal): Promise<void> =>
  createSystemClock().sleep(3_000, signal);
const SHORT = 2_000;
const LONG = 1e9;
/** Of a kind that holds no files. */
const sound = (): Buffer => Buffer.concat([Buffer.from('RIFF\x10\x27\0\0WAVEfmt '), randomBytes(10_000)]);

describe('bytes that a scanner took in segments', () => {
  let scene: InspectionScene;
  beforeAll(async () => {
    scene = await openInspectionScene();
    const settings = { idempotencyTtlSeconds: 60 };
    const current = await scene.deps.files.transact(ACME, (tx) => tx.currentPolicy());
    const rules = { oversize: 'OVERLAPPING_SEGMENTS', findingActions: [] } as const;
    const input = { expectedVersion: current.version, reason: 'long files', rules };
    expect(await updatePolicy({ ...scene.deps, settings })(ACTOR, input)).toMatchObject({ ok: true });
  });
  afterAll(() => scene.close());

  const inspect = async (bytes: Buffer, name: string, by: Scanner): Promise<File> => {
    const file = await scene.receive(bytes, { name });
    await scene.inspect(file, { scanner: by });
    return scene.find(file);
  };
  const rescan = (file: File, by: Scanner): Promise<RescanOutcome> => {
    const stored = readStoredKey('vault', file.vaultKey ?? '');
    if (stored?.purpose !== 'sealed') throw new Error('The file has no sealed copy.');
    const { tenantId, fileId, attempt } = stored;
    const settings = { leaseMs: 1_500, maxBackoffMs: 1_000 };
    const job = { tenantId, fileId, attempt, priority: 'MAINTENANCE', correlationId: 'rescan' } as const;
    return rescanCopy({ ...scene.deps, settings, scanner: by })(job, running);
  };
  const prove = async (bytes: Buffer, name: string, by: Scanner): Promise<string> => {
    const clock = { ...scene.deps.clock, sleep: patiently };
    const deps = { ...scene.deps, clock, ids: createUuidV7Ids(), scanner: by };
    const asked = await askPossession(deps)(ACTOR, { sha256: sha256Of(bytes), sizeBytes: bytes.length });
    if (!asked.ok) throw new Error(asked.fault.message);
    const { challenge } = asked.value;
    const answered = await provePossession({
      ...deps,
      settings: { idempotencyTtlSeconds: 60 },
      takeSlot: () => () => undefined,
      onProof: () => undefined,
    })(ACTOR, { challenge, proof: proofOf(challenge, bytes), name });
    return answered.ok ? answered.value.kind : answered.fault.code;
  };

  it('are scanned as a whole as soon as it takes them so, and never said to have been before', async () => {
    const bytes = sound();
    const inSegments = { state: 'CLEAN', verdict: { coverage: 'SEGMENTS' } };
    expect(await inspect(bytes, 'a.wav', scanner(SHORT))).toMatchObject(inSegments);
    expect(await inspect(bytes, 'b.wav', scanner(SHORT))).toMatchObject(inSegments);
    expect(await prove(bytes, 'c.wav', scanner(LONG))).toBe('send-bytes');
    let scans = 0;
    const long = scanner(LONG);
    const counting = { ...long, begin: (signal: AbortSignal) => long.begin(signal).finally(() => scans++) };
    const whole = { state: 'CLEAN', verdict: { coverage: 'WHOLE' } };
    expect(await inspect(bytes, 'd.wav', counting)).toMatchObject(whole);
    expect(await inspect(bytes, 'e.wav', counting)).toMatchObject(whole);
    expect(scans).toBe(1);
    expect(await prove(bytes, 'f.wav', scanner(LONG))).toBe('stored');
  });

  it('in another examination, are not said to have been scanned as a whole by later ones', async () => {
    const bytes = sound();
    const file = await inspect(bytes, 'a.wav', scanner(LONG, '42'));
    expect(file).toMatchObject({ state: 'CLEAN', verdict: { coverage: 'WHOLE' } });
    expect(await rescan(file, scanner(SHORT, '43'))).toEqual({ kind: 'clean' });
    expect(await prove(bytes, 'b.wav', scanner(LONG, '43'))).toBe('send-bytes');
  });

  it('and may hold others are not known to be clean by that', async () => {
    const file = await inspect(randomBytes(10_000), 'a.bin', scanner(LONG, '42'));
    expect(file).toMatchObject({ state: 'CLEAN', verdict: { coverage: 'WHOLE' } });
    expect(await rescan(file, scanner(SHORT, '43'))).toMatchObject({ kind: 'inconclusive' });
    const known = await scene.deps.files.transact(ACME, (tx) => tx.findExamination(file.vaultKey ?? ''));
    expect(known).toMatchObject({ definitionsVersion: '42', examinedWith: '43' });
  });
});
