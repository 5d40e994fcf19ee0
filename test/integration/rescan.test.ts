import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBacklog } from '../../src/adapters/postgres/backlog.js';
import type { Database } from '../../src/adapters/postgres/database.js';
import type { Actor } from '../../src/domain/actor.js';
import type { File } from '../../src/domain/file.js';
import { contentStateOf } from '../../src/domain/quarantine.js';
import { readStoredKey } from '../../src/domain/stored-bytes.js';
import type { ScanReply } from '../../src/domain/verdict.js';
import type { InspectionJob } from '../../src/ports/job-queue.js';
import type { Scanner, ScanSession } from '../../src/ports/scanner.js';
import { createDownloadCounter } from '../../src/usecases/count-downloads.js';
import { openDownload } from '../../src/usecases/downloads.js';
import { deleteFile } from '../../src/usecases/end-file.js';
import { planRescans } from '../../src/usecases/rescan/plan-rescans.js';
import { rescanCopy, type RescanOutcome } from '../../src/usecases/rescan/rescan-copy.js';
import { rescanFile } from '../../src/usecases/rescan/rescan-file.js';
import { readExamination } from '../../src/usecases/rescan/read-examination.js';
import { asSuperuser, openDatabase } from '../support/database.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { createFakeScanner } from '../support/memory-inspection.js';
import { ACME } from '../support/stored-files.js';

const running = new AbortController().signal;
const ANALYST: Actor = {
  ...ACME,
  roles: ['analyst'],
  permissions: new Set(['file:read', 'file:rescan', 'file:delete']),
};

/** A scanner whose definitions have a number. */
const scanner = (
  version: string,
  reply: ScanReply = { kind: 'ok' },
  session: Partial<ScanSession> = {},
): Scanner => ({
  ...createFakeScanner(reply, { definitionsVersion: version, ...session }),
  status: () =>
    Promise.resolve({ engine: 'Fake 1.0', definitionsVersion: version, definitionsBuiltAt: new Date() }),
});
const HIT = { kind: 'found', signature: 'Late.Find' } as const;

describe('examining clean files again', () => {
  let scene: InspectionScene;
  let system: Database;
  beforeAll(async () => {
    scene = await openInspectionScene();
    system = openDatabase(scene.systemUrl);
  });
  afterAll(async () => {
    await system.close();
    await scene.close();
  });
  // Each test has the tenant for itself.
  beforeEach(() =>
    asSuperuser(scene.ownerUrl, (db) => db.query(`update contents set examined_with = '999'`)),
  );

  const clean = async (bytes: Buffer, version = '1'): Promise<File> => {
    const file = await scene.receive(bytes);
    await scene.inspect(file, { scanner: scanner(version) });
    return scene.find(file);
  };
  const planned = async (version: string, limit = 10): Promise<InspectionJob[]> => {
    const jobs: InspectionJob[] = [];
    const queue = { enqueueInspection: async (job: InspectionJob) => void jobs.push(job) };
    const backlog = createBacklog(system);
    await planRescans({ backlog, queue, scanner: scanner(version) })(limit, running);
    return jobs;
  };
  const settings = { leaseMs: 1_500, maxBackoffMs: 60_000, idempotencyTtlSeconds: 60 };
  const rescan = (job: InspectionJob, by: Scanner, overrides = {}): Promise<RescanOutcome> =>
    rescanCopy({ ...scene.deps, settings, scanner: by, ...overrides })(job, running);
  const jobOf = ({ vaultKey, tenantId }: File): InspectionJob => {
    const stored = readStoredKey('vault', vaultKey ?? '');
    if (stored?.purpose !== 'sealed') throw new Error('The file has no sealed copy.');
    const { fileId, attempt } = stored;
    return { tenantId, fileId, attempt, priority: 'MAINTENANCE', correlationId: 'rescan' };
  };
  const idsOf = (jobs: readonly InspectionJob[]): string[] => jobs.map(({ fileId }) => fileId);
  const examined = async (file: File): Promise<unknown> => {
    const outcome = await readExamination(scene.deps)(ANALYST, await scene.find(file));
    return outcome.ok ? outcome.value : outcome.fault;
  };
  const download = (file: File) =>
    openDownload({ ...scene.deps, downloads: { count: () => undefined } })(
      { tenantId: file.tenantId, fileId: file.id, subject: 'alice' },
      ACME,
    );

  it('is due when the definitions are newer, and for as long as they are', async () => {
    const file = await clean(randomBytes(100), '5');
    for (const same of ['5', '4']) expect(await planned(same)).toEqual([]);
    expect(idsOf(await planned('6'))).toEqual([file.id]);
    expect(await rescan(jobOf(file), scanner('6'))).toEqual({ kind: 'clean' });
    expect(await planned('6')).toEqual([]);
    expect(await examined(file)).toMatchObject({
      engine: 'Fake 1.0',
      definitionsVersion: '6',
      isPending: false,
    });
    expect((await scene.find(file)).verdict?.definitionsVersion).toBe('5');
    expect(idsOf(await planned('7'))).toEqual([file.id]);
  });

  it('begins with what is asked for, then takes the newest and the most downloaded in equal shares', async () => {
    const files: File[] = [];
    for (let index = 0; index < 6; index += 1) files.push(await clean(randomBytes(50)));
    const [first, second, third, fourth, fifth, sixth] = files.map(({ id }) => id);
    const counter = createDownloadCounter({
      files: scene.deps.files,
      clock: { ...scene.deps.clock, sleep: () => Promise.resolve() },
    });
    for (const [index, times] of [
      [0, 2],
      [1, 5],
    ] as const) {
      const { tenantId, vaultKey } = files[index] ?? expect.fail();
      for (let time = 0; time < times; time += 1) counter.count(tenantId, vaultKey ?? '');
    }
    await expect.poll(async () => idsOf(await planned('2', 4))).toEqual([second, first, sixth, fifth]);
    await rescanFile({ ...scene.deps, settings })(ANALYST, { fileId: third ?? '' });
    expect(idsOf(await planned('2', 3))).toEqual([third, second, sixth]);
    expect(idsOf(await planned('2'))).toHaveLength(6);
    expect(idsOf(await planned('2', 0))).toEqual([third]);
    expect(fourth).toBeDefined();
  });

  it('takes a hit out of circulation for every file with the same bytes, and for nobody else', async () => {
    const bytes = randomBytes(5_000);
    const twins = [await clean(bytes), await clean(bytes), await clean(bytes)];
    const other = await clean(randomBytes(5_000));
    expect(new Set(twins.map(({ vaultKey }) => vaultKey)).size).toBe(1);
    const [job] = await planned('2', 10).then((jobs) => jobs.filter(({ fileId }) => fileId !== other.id));
    const short = { ...scanner('2', HIT), maxStreamBytes: 2_000 };
    expect(await rescan(job ?? expect.fail(), short)).toMatchObject({ kind: 'hit', fileCount: 3 });
    for (const twin of twins) {
      const file = await scene.find(twin);
      expect(file).toMatchObject({ state: 'INFECTED', vaultKey: null, version: twin.version + 1 });
      expect(file.verdict).toMatchObject({
        ...{ reason: 'MALWARE', definitionsVersion: '2', coverage: 'SEGMENTS' },
        findings: [{ detail: 'Late.Find' }],
      });
      expect(await download(twin)).toMatchObject({ ok: false, fault: { code: 'FILE_NOT_AVAILABLE' } });
      const held = await scene.deps.files.transact(ACME, (tx) => tx.findQuarantine(twin.id));
      expect(held && contentStateOf(held)).toBe('HELD');
    }
    expect(await scene.readSealed(twins[0]?.vaultKey ?? '')).toBeUndefined();
    expect((await scene.find(other)).state).toBe('CLEAN');
    expect(idsOf(await planned('2'))).toEqual([other.id]);
  });

  it('never says clean of bytes that are not those of the file, and never condemns a file for them', async () => {
    const file = await clean(randomBytes(5_000));
    const key = { area: 'vault', key: file.vaultKey ?? '' } as const;
    for (const wrong of [randomBytes(5_000), randomBytes(4_999)]) {
      await scene.deps.objects.remove(key);
      await scene.deps.objects.write(
        key,
        wrong.length,
        (async function* () {
          yield wrong;
        })(),
      );
      for (const reply of [{ kind: 'ok' } as const, HIT]) {
        const outcome = await rescan(jobOf(file), scanner('2', reply));
        expect(outcome).toMatchObject({ kind: 'failed', cause: { dependency: 'object-store' } });
      }
    }
    await scene.deps.objects.remove(key);
    expect(await rescan(jobOf(file), scanner('2'))).toMatchObject({ kind: 'failed' });
    expect((await scene.find(file)).state).toBe('CLEAN');
    expect(await examined(file)).toMatchObject({ definitionsVersion: '1' });
  });

  it('leaves what is known as it is when the scanner did not look into all of it, or did not answer', async () => {
    const file = await clean(randomBytes(100));
    const limit = { kind: 'limit', detail: 'MaxRecursion' } as const;
    expect(await rescan(jobOf(file), scanner('2', limit))).toEqual({
      kind: 'inconclusive',
      detail: 'MaxRecursion',
    });
    expect(await examined(file)).toMatchObject({ definitionsVersion: '1' });
    expect(await planned('2')).toEqual([]);
    const silent = scanner('3', { kind: 'ok' }, { finish: () => Promise.reject(new Error('silence')) });
    expect(await rescan(jobOf(file), silent)).toMatchObject({ kind: 'failed' });
    expect(await examined(file)).toMatchObject({ definitionsVersion: '1' });
    // It is due again, after a while.
    expect(await planned('3')).toEqual([]);
    await asSuperuser(scene.ownerUrl, (db) =>
      db.query('update contents set next_rescan_at = to_timestamp(0)'),
    );
    expect(idsOf(await planned('3'))).toEqual([file.id]);
  });

  it('waits longer with every failure, so that copies that fail leave the rate to the others', async () => {
    const [failing, broken] = [await clean(randomBytes(100)), await clean(randomBytes(100))];
    const older = await clean(randomBytes(100));
    const silent = scanner('2', { kind: 'ok' }, { finish: () => Promise.reject(new Error('silence')) });
    const waitOf = async ({ vaultKey }: File): Promise<number | undefined> => {
      const text =
        'select extract(epoch from next_rescan_at - now())::float8 as wait from contents where vault_key = $1';
      const { rows } = await asSuperuser(scene.ownerUrl, (db) =>
        db.query<{ wait: number }>(text, [vaultKey]),
      );
      return rows[0]?.wait;
    };
    const waits: number[] = [];
    for (let time = 1; time <= 14; time += 1) {
      expect(await rescan(jobOf(failing), silent)).toMatchObject({ kind: 'failed' });
      waits.push((await waitOf(failing)) ?? NaN);
    }
    expect(waits[0]).toBeLessThanOrEqual(60);
    expect(waits[4]).toBeGreaterThan(7 * 60);
    expect(waits.at(-1)).toBeGreaterThan(2.9 * 3_600);
    expect(Math.max(...waits)).toBeLessThanOrEqual(6 * 3_600);
    await scene.deps.objects.remove({ area: 'vault', key: broken.vaultKey ?? '' });
    expect(await rescan(jobOf(broken), scanner('2'))).toMatchObject({ kind: 'failed' });
    expect(await waitOf(broken)).toBeGreaterThan(23 * 3_600);
    expect(idsOf(await planned('2', 2))).toEqual([older.id]);
    // Once it came to its end it is like any other, and whoever asks need not wait.
    expect(await rescan(jobOf(failing), scanner('2'))).toEqual({ kind: 'clean' });
    expect(await rescan(jobOf(failing), silent)).toMatchObject({ kind: 'failed' });
    expect(await waitOf(failing)).toBeLessThanOrEqual(60);
    await rescanFile({ ...scene.deps, settings })(ANALYST, { fileId: broken.id });
    expect(idsOf(await planned('2', 1))).toEqual([broken.id]);
  });

  it('is fenced: of two at once one examines, and whoever lost its lease notes nothing', async () => {
    const file = await clean(randomBytes(100));
    const asleep = Promise.withResolvers<undefined>();
    const finish = async (): Promise<ScanReply> => {
      await asleep.promise;
      return { kind: 'ok' };
    };
    const late = rescan(jobOf(file), scanner('2', { kind: 'ok' }, { finish }));
    await expect.poll(() => rescan(jobOf(file), scanner('2'))).toEqual({ kind: 'not-due' });
    expect(await planned('2')).toEqual([]);
    // Somebody asks again meanwhile: the running examination is not what was asked for.
    expect((await rescanFile({ ...scene.deps, settings })(ANALYST, { fileId: file.id })).ok).toBe(true);
    expect(await rescan(jobOf(file), scanner('3'))).toEqual({ kind: 'clean' });
    asleep.resolve(undefined);
    expect(await late).toEqual({ kind: 'not-due' });
    expect(await examined(file)).toMatchObject({ definitionsVersion: '3' });
  });

  it('goes on after a crash in the middle of a hit, and with files that came meanwhile', async () => {
    const bytes = randomBytes(300);
    const twins = [await clean(bytes), await clean(bytes)];
    const [first] = twins;
    if (!first) throw new Error('There is no file.');
    const { files } = scene.deps;
    let calls = 0;
    const dying = {
      transact: ((scope, work) => {
        calls += 1;
        return calls > 2 ? Promise.reject(new Error('crashed')) : files.transact(scope, work);
      }) as typeof files.transact,
    };
    await expect(rescan(jobOf(first), scanner('2', HIT), { files: dying })).rejects.toThrow('crashed');
    for (const twin of twins) expect((await scene.find(twin)).state).toBe('INFECTED');
    const another = await clean(bytes);
    expect(idsOf(await planned('2'))).toEqual([another.id]);
    expect(await rescan(jobOf(another), scanner('2', HIT))).toMatchObject({ kind: 'hit', fileCount: 1 });
  });

  it('is asked for at once where the same bytes come again and are found infected', async () => {
    const bytes = randomBytes(400);
    const file = await clean(bytes, '7');
    const again = await scene.receive(bytes);
    // Another engine takes no word for it that nothing is in them.
    const status = { engine: 'Other 1.0', definitionsVersion: '7', definitionsBuiltAt: null };
    await scene.inspect(again, {
      scanner: { ...scanner('7', HIT), status: () => Promise.resolve(status) },
    });
    expect((await scene.find(again)).state).toBe('INFECTED');
    expect(idsOf(await planned('7'))).toEqual([file.id]);
  });

  it('is asked for by whoever may, once for a key, and for clean files alone', async () => {
    const file = await clean(randomBytes(100), '3');
    const ask = rescanFile({ ...scene.deps, settings });
    const nobody = { ...ANALYST, permissions: new Set(['file:read'] as const) };
    expect(await ask(nobody, { fileId: file.id })).toMatchObject({ fault: { code: 'FORBIDDEN' } });
    expect(await ask(ANALYST, { fileId: 'x' })).toMatchObject({ fault: { code: 'NOT_FOUND' } });
    const input = { fileId: file.id, idempotencyKey: 'rescan-1' };
    expect(await ask(ANALYST, input)).toMatchObject({ ok: true, value: { version: file.version } });
    expect(await examined(file)).toMatchObject({ isPending: true });
    expect(await rescan(jobOf(file), scanner('3'))).toEqual({ kind: 'clean' });
    expect((await ask(ANALYST, input)).ok).toBe(true);
    expect(await examined(file)).toMatchObject({ isPending: false });
    await deleteFile({ ...scene.deps, settings })(ANALYST, { fileId: file.id });
    expect(await ask(ANALYST, { fileId: file.id })).toMatchObject({ fault: { code: 'CONFLICT' } });
    expect(await planned('4')).toEqual([]);
    expect(await rescan(jobOf(file), scanner('4'))).toEqual({ kind: 'not-due' });
  });
});
