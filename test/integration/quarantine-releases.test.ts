import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBacklog } from '../../src/adapters/postgres/backlog.js';
import type { Database } from '../../src/adapters/postgres/database.js';
import { createUrlSigner } from '../../src/adapters/signing/url-signer.js';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { Outcome } from '../../src/domain/errors.js';
import type { File } from '../../src/domain/file.js';
import { BUILT_IN_ROLES } from '../../src/domain/permissions.js';
import type { Release } from '../../src/domain/release.js';
import type { Scanner, ScanSession } from '../../src/ports/scanner.js';
import { createDownloadUrl } from '../../src/usecases/downloads.js';
import { approveRelease, endRelease } from '../../src/usecases/quarantine/decide-release.js';
import { openForensic, openReleased } from '../../src/usecases/quarantine/open-quarantined.js';
import { requestRelease } from '../../src/usecases/quarantine/request-release.js';
import {
  sweepQuarantine,
  type QuarantineSweepReport,
} from '../../src/usecases/quarantine/sweep-quarantine.js';
import { watchQuarantine } from '../../src/usecases/quarantine/watch-quarantine.js';
import { openDatabase } from '../support/database.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { createFakeScanner, sha256Of } from '../support/memory-inspection.js';
import { EICAR, zipOf } from '../support/samples.js';
import { ACME } from '../support/stored-files.js';

const HOUR_MS = 3_600_000;
const running = new AbortController().signal;
const person = (subject: string): Actor => ({
  ...ACME,
  subject,
  roles: ['analyst'],
  permissions: new Set(BUILT_IN_ROLES['analyst']),
});
const [ANNA, OTTO] = [person('anna'), person('otto')];

describe('the release of infected content', () => {
  let scene: InspectionScene;
  let system: Database;
  /** Milliseconds by which the clock of the use-cases is ahead. */
  let ahead = 0;
  beforeAll(async () => {
    scene = await openInspectionScene();
    system = openDatabase(scene.systemUrl);
  });
  afterAll(async () => {
    await system.close();
    await scene.close();
  });

  const deps = () => ({
    ...scene.deps,
    clock: { ...scene.deps.clock, now: () => new Date(scene.deps.clock.now().getTime() + ahead) },
    backlog: createBacklog(system),
    ids: createUuidV7Ids(),
    urls: createUrlSigner({ key: randomBytes(32), publicUrl: 'http://x', clock: scene.deps.clock }),
    settings: { idempotencyTtlSeconds: 60 },
    maxReleaseMs: HOUR_MS,
  });
  const value = <T>(outcome: Outcome<T>): T => {
    if (outcome.ok) return outcome.value;
    throw new Error(`${outcome.fault.code}: ${outcome.fault.message}`);
  };
  const codeOf = (outcome: Outcome<unknown>): string | undefined =>
    outcome.ok ? undefined : outcome.fault.code;
  const infected = async (seed: string): Promise<File> => {
    const file = await scene.receive(await zipOf(`${seed}.com`, EICAR));
    await scene.inspect(file);
    return scene.find(file);
  };
  const request = (file: File, lastsMs = HOUR_MS, input = {}): Promise<Outcome<Release>> => {
    const expiresAt = new Date(deps().clock.now().getTime() + lastsMs);
    return requestRelease(deps())(ANNA, {
      fileId: file.id,
      reason: 'A false positive.',
      expiresAt,
      ...input,
    });
  };
  const release = async (file: File, lastsMs?: number): Promise<Release> => {
    const { id: releaseId } = value(await request(file, lastsMs));
    return value(await approveRelease(deps())(OTTO, { releaseId }));
  };
  const openIt = ({ fileId, id: releaseId }: Release): ReturnType<ReturnType<typeof openReleased>> =>
    openReleased(deps())({ tenantId: ACME.tenantId, subject: 'anna', fileId, releaseId }, ACME);
  const stored = async (id: string): Promise<Release | undefined> =>
    scene.deps.files.transact(ACME, (tx) => tx.findRelease(id));

  it('opens the very bytes while it is in force, and not a moment longer, swept or not', async () => {
    const file = await infected('in-force');
    const granted = await release(file, 60_000);
    const object = await value(await openIt(granted)).read();
    expect(sha256Of(Buffer.concat(await object.body.toArray()))).toBe(file.sha256);
    ahead = 59_000;
    expect(codeOf(await openIt(granted))).toBeUndefined();
    ahead = 60_000;
    expect((await stored(granted.id))?.status).toBe('APPROVED');
    expect(codeOf(await openIt(granted))).toBe('FILE_NOT_AVAILABLE');
    const url = await createDownloadUrl(deps())(ANNA, { fileId: file.id, ttlSeconds: 60 });
    expect(codeOf(url)).toBe('FILE_NOT_AVAILABLE');
    // Whoever asks again need not wait for the sweeper.
    expect(value(await request(file, 60_000)).status).toBe('REQUESTED');
    expect(await stored(granted.id)).toMatchObject({ endCause: 'EXPIRED', endedBy: 'system:sweeper' });
    ahead = 0;
  });

  it('is asked for once, with a reason and an end that can be', async () => {
    const file = await infected('asked');
    for (const [lastsMs, input] of [
      [-1, {}],
      [HOUR_MS + 1_000, {}],
      [HOUR_MS, { reason: ' \n ' }],
      [HOUR_MS, { reason: 'x'.repeat(2_001) }],
      [HOUR_MS, { reason: 'a\0b' }],
    ] as const) {
      expect(codeOf(await request(file, lastsMs, input))).toBe('BAD_USER_INPUT');
    }
    const clean = await scene.receive(Buffer.from('harmless'));
    await scene.inspect(clean);
    expect(codeOf(await request(clean))).toBe('CONFLICT');
    const twins = await Promise.all([1, 2, 3].map(() => request(file, HOUR_MS / 2)));
    expect(twins.map(codeOf).toSorted()).toEqual(['CONFLICT', 'CONFLICT', undefined]);
  });

  it('has one effect and one answer for an idempotency key', async () => {
    const file = await infected('idempotent');
    const input = {
      fileId: file.id,
      reason: 'Once.',
      expiresAt: new Date(Date.now() + HOUR_MS / 2),
      idempotencyKey: 'k1',
    };
    const answers = await Promise.all([1, 2, 3].map(() => requestRelease(deps())(ANNA, input)));
    const [first] = answers.map(value);
    expect(answers.map(value)).toEqual([first, first, first]);
    for (const other of [{ reason: 'Twice.' }, { expiresAt: new Date(Date.now() + HOUR_MS / 4) }]) {
      expect(codeOf(await requestRelease(deps())(ANNA, { ...input, ...other }))).toBe('IDEMPOTENCY_MISMATCH');
    }
    const decide = { releaseId: first?.id ?? '', idempotencyKey: 'k2' };
    const approved = value(await approveRelease(deps())(OTTO, decide));
    expect(value(await approveRelease(deps())(OTTO, decide))).toEqual(approved);
  });

  it('is decided by one of many who decide at once, and never by who asked', async () => {
    const file = await infected('decided');
    const { id: releaseId } = value(await request(file));
    const decide = (subject: string): Promise<Outcome<Release>> =>
      approveRelease(deps())(person(subject), { releaseId });
    expect(codeOf(await decide('anna'))).toBe('FORBIDDEN');
    const outcomes = await Promise.all(['otto', 'anna', 'ute', 'anna', 'uwe'].map(decide));
    expect(outcomes.map(codeOf).toSorted()).toEqual([
      'CONFLICT',
      'CONFLICT',
      'FORBIDDEN',
      'FORBIDDEN',
      undefined,
    ]);
    value(await endRelease(deps())(ANNA, { releaseId, reason: 'Not needed any more.' }));
    expect(codeOf(await decide('otto'))).toBe('CONFLICT');
  });

  it('is watched while it is read: a reader learns that it was ended', async () => {
    const file = await infected('watched');
    const [ended, over] = [await release(file), new AbortController()];
    const open = value(await openIt(ended));
    const withdrawn = open.withdrawn(over.signal);
    value(await endRelease(deps())(ANNA, { releaseId: ended.id, reason: 'A mistake.' }));
    expect(await withdrawn).toBe(true);
    over.abort();
  });

  /** A scanner whose status names some definitions, and that finds with its own what is said of a content. */
  const scannerWith = (
    current: string,
    found: ReadonlyMap<string | null, string>,
    own = current,
  ): Scanner & { scans(): number } => {
    let scans = 0;
    const status = { engine: 'Fake 1.0', definitionsVersion: current, definitionsBuiltAt: null };
    return {
      ...createFakeScanner(),
      scans: () => scans,
      status: () => Promise.resolve(status),
      begin: () => {
        scans += 1;
        const hash = createHash('sha256');
        const session: ScanSession = {
          ...{ engine: 'Fake 1.0', definitionsVersion: own, abort: () => undefined },
          write: (chunk) => Promise.resolve(void hash.update(chunk)),
          finish: () => {
            const signature = found.get(hash.digest('hex'));
            return Promise.resolve(signature === undefined ? { kind: 'ok' } : { kind: 'found', signature });
          },
        };
        return Promise.resolve(session);
      },
    };
  };
  const sweep = async (scanner: Scanner): Promise<void> => {
    const report: QuarantineSweepReport = await sweepQuarantine({ ...deps(), scanner })(running);
    expect(report.reexaminations).toMatchObject({ failed: 0 });
  };
  const knownOf = (file: File): string => file.verdict?.findings[0]?.detail ?? '';

  it('ends when newer definitions find something else, and goes on when they do not', async () => {
    const bad = await infected('hit');
    const [hit, kept] = [await release(bad), await release(await infected('kept'))];
    const found = new Map([[bad.sha256, 'Win.New-1']]);
    // The definitions of the verdict say nothing new.
    const before = scannerWith('local', found);
    await sweep(before);
    expect(before.scans()).toBe(0);
    await sweep(scannerWith('42', found));
    expect(await stored(hit.id)).toMatchObject({
      ...{ status: 'ENDED', endCause: 'HIT', endReason: 'Win.New-1', endedBy: 'system:sweeper' },
    });
    expect(await stored(kept.id)).toMatchObject({ status: 'APPROVED', definitionsVersion: '42' });
    expect([codeOf(await openIt(hit)), codeOf(await openIt(kept))]).toEqual([
      'FILE_NOT_AVAILABLE',
      undefined,
    ]);
    const again = scannerWith('42', found);
    await sweep(again);
    expect(again.scans()).toBe(0);
  });

  it('goes on when newer definitions find what was judged, and ends when later ones find something else', async () => {
    const file = await infected('judged');
    value(await endRelease(deps())(ANNA, { releaseId: (await release(file)).id, reason: 'Win.Other-1' }));
    const { id } = await release(file);
    await sweep(scannerWith('100', new Map([[file.sha256, knownOf(file)]])));
    expect(await stored(id)).toMatchObject({ status: 'APPROVED', definitionsVersion: '100' });
    await sweep(scannerWith('101', new Map([[file.sha256, 'Win.Other-1']])));
    expect(await stored(id)).toMatchObject({ status: 'ENDED', endReason: 'Win.Other-1' });
    // Whoever asks again has read why it ended, so that was judged as well.
    const next = await release(file);
    await sweep(scannerWith('102', new Map([[file.sha256, 'Win.Other-1']])));
    expect(await stored(next.id)).toMatchObject({ status: 'APPROVED', definitionsVersion: '102' });
  });

  it('is not ended by older definitions, whichever scanner still has them', async () => {
    const file = await infected('older');
    const { id } = await release(file);
    await sweep(scannerWith('200', new Map()));
    const found = new Map([[file.sha256, 'Win.Older-1']]);
    const older = scannerWith('199', found);
    await sweep(older);
    expect(older.scans()).toBe(0);
    // One scanner says what is current, and another one takes the content.
    await sweep(scannerWith('201', found, '199'));
    expect(await stored(id)).toMatchObject({ status: 'APPROVED', definitionsVersion: '200' });
    await sweep(scannerWith('201', found));
    expect(await stored(id)).toMatchObject({ status: 'ENDED', endCause: 'HIT' });
  });

  it('and its content end by themselves: the release by its time, the content by its retention', async () => {
    const usage = () => scene.deps.files.transact(ACME, (tx) => tx.usage());
    const before = await usage();
    const file = await scene.receive(await zipOf('retained.com', EICAR));
    await scene.inspect(file, { retentionMs: 1_500 });
    const expiresAt = new Date(Date.now() + 700);
    const asked = value(await requestRelease(deps())(ANNA, { fileId: file.id, reason: 'Short.', expiresAt }));
    expect((await usage()).bytes).toBeGreaterThan(before.bytes);
    const state = async (): Promise<unknown[]> => {
      await sweepQuarantine({ ...deps(), scanner: createFakeScanner() })(running);
      const held = await scene.deps.files.transact(ACME, (tx) => tx.findQuarantine(file.id));
      return [(await stored(asked.id))?.endCause, (await scene.find(file)).state, held?.removalCause];
    };
    await expect.poll(state).toEqual(['EXPIRED', 'DELETED', 'RETENTION']);
    expect(await usage()).toEqual(before);
    expect((await scene.find(file)).verdict?.outcome).toBe('INFECTED');
    const grant = {
      tenantId: ACME.tenantId,
      subject: 'anna',
      fileId: file.id,
      encryption: 'AES_256',
    } as const;
    expect(codeOf(await openForensic(deps())(grant, ACME))).toBe('FILE_NOT_AVAILABLE');
  });

  it('and everything else is told in order, none missed and none twice, also when much happens at once', async () => {
    const file = await infected('told');
    const from = await scene.deps.files.transact(ACME, (tx) => tx.lastQuarantineSequence());
    const stop = new AbortController();
    const events = value(await watchQuarantine(deps())(ANNA, undefined, stop.signal));
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { sequence } of events) if (seen.push(sequence) === 40) return;
    })();
    await Promise.all(
      Array.from({ length: 40 }, () =>
        scene.deps.files.transact(ANNA, (tx) => tx.recordDownload(file.id, 'FORENSIC_DOWNLOAD', null)),
      ),
    );
    await reading;
    stop.abort();
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => from + index + 1));
  });
});
