import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBacklog } from '../../src/adapters/postgres/backlog.js';
import type { Database } from '../../src/adapters/postgres/database.js';
import type { Actor } from '../../src/domain/actor.js';
import { PermanentError, TransientError } from '../../src/domain/errors.js';
import { ATTEMPT_ENDS } from '../../src/domain/failure.js';
import type { File } from '../../src/domain/file.js';
import type { LetterOfFile } from '../../src/ports/dead-letters.js';
import { discardDeadLetter, replayDeadLetter } from '../../src/usecases/dead-letters/decide-dead-letter.js';
import { expireDeadLetter } from '../../src/usecases/dead-letters/expire-dead-letter.js';
import { deadLetterAttempts, listDeadLetters } from '../../src/usecases/dead-letters/read-dead-letters.js';
import { recordRefusedJob } from '../../src/usecases/dead-letters/record-refused-job.js';
import { deleteFile } from '../../src/usecases/end-file.js';
import { reconcileSagas } from '../../src/usecases/reconcile-sagas.js';
import { asSuperuser, openDatabase } from '../support/database.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { createFakeScanner } from '../support/memory-inspection.js';
import { ACME, GLOBEX } from '../support/stored-files.js';

const permissions = new Set(['deadletter:read', 'deadletter:manage', 'file:delete'] as const);
const ADMIN: Actor = { ...ACME, roles: ['admin'], permissions };
const settings = { idempotencyTtlSeconds: 3_600 };

describe('an inspection that is given up', () => {
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

  const broken = (error: Error) => ({
    scanner: { ...scene.deps.scanner, begin: () => Promise.reject(error) },
  });
  const deps = () => ({ ...scene.deps, settings });

  /** A file whose attempts were all in vain. */
  const givenUp = async (text: string): Promise<File> => {
    const file = await scene.receive(Buffer.from(text));
    const down = broken(new TransientError('scanner', 'connect ECONNREFUSED 10.0.0.7:3310'));
    for (const attempt of [0, 1, 2]) await scene.inspect({ ...file, attempt }, down);
    return scene.find(file);
  };
  const letterOf = async ({ id: fileId }: File, actor = ADMIN): Promise<LetterOfFile | undefined> => {
    const page = await listDeadLetters(scene.deps)(actor, { filter: { fileId }, first: 1 });
    if (!page.ok) throw new Error(page.fault.message);
    return page.value.letters[0];
  };
  const openLetterOf = async (file: File): Promise<LetterOfFile> => {
    const found = await letterOf(file);
    if (found?.letter.status !== 'OPEN') throw new Error('There is no open dead letter.');
    return found;
  };
  const inspectAgain = async (file: File): Promise<File> => {
    await scene.inspect(await scene.find(file));
    return scene.find(file);
  };

  it('leaves a dead letter with its cause and its attempts, in words that anybody may read', async () => {
    const file = await givenUp('no scanner');
    expect(file).toMatchObject({ state: 'UNSCANNABLE', verdict: { reason: 'SCANNER_UNAVAILABLE' } });
    const { letter } = await openLetterOf(file);
    expect(letter).toMatchObject({ cause: 'ATTEMPTS_USED_UP', failureClass: 'TRANSIENT', attempt: 3 });
    const attempts = await deadLetterAttempts(scene.deps)(ADMIN, letter);
    const message = 'The scanner did not answer as it must.';
    expect(attempts).toMatchObject({
      value: [1, 2, 3].map((attempt) => ({ attempt, failureClass: 'TRANSIENT', message })),
    });
    expect(await letterOf(file, { ...ADMIN, ...GLOBEX })).toBeUndefined();
    const { rows } = await asSuperuser(scene.ownerUrl, (client) =>
      client.query<{ text: string }>(
        `select coalesce(string_agg(to_jsonb(d)::text, ''), '') || (select string_agg(to_jsonb(f)::text, '') from failed_attempts f)
           as text from dead_letters d`,
      ),
    );
    expect(rows[0]?.text).not.toMatch(/ECONNREFUSED|10\.0\.0\.7|at /u);
  });

  it('is counted across tenants, with its age', async () => {
    await givenUp('counted');
    const counts = await createBacklog(system).counts();
    expect(counts.deadLetters['ATTEMPTS_USED_UP']).toBeGreaterThan(0);
    expect(counts.oldestDeadLetterMs).toBeGreaterThan(0);
  });

  it('keeps its bytes until somebody decides, and is judged by them when it is replayed', async () => {
    const file = await givenUp('replayed');
    await reconcileSagas(scene.deps)({ tenantId: file.tenantId, fileId: file.id });
    const { letter } = await openLetterOf(file);
    const input = { deadLetterId: letter.id, idempotencyKey: 'replay-1' };
    const first = await replayDeadLetter(deps())(ADMIN, input);
    expect(first).toMatchObject({
      value: { letter: { status: 'REPLAYED' }, file: { state: 'SCANNING', verdict: null } },
    });
    expect(await replayDeadLetter(deps())(ADMIN, input)).toEqual(first);
    expect(await replayDeadLetter(deps())(ADMIN, { deadLetterId: letter.id })).toMatchObject({
      fault: { code: 'CONFLICT' },
    });
    expect(await inspectAgain(file)).toMatchObject({ state: 'CLEAN', attempt: 4 });
  });

  it('gets as many attempts after a replay as before', async () => {
    const file = await givenUp('twice');
    await replayDeadLetter(deps())(ADMIN, { deadLetterId: (await openLetterOf(file)).letter.id });
    const down = broken(new TransientError('scanner', 'down'));
    for (const attempt of [4, 5]) {
      expect(await scene.inspect(await scene.find(file), down)).toMatchObject({ kind: 'postponed', attempt });
    }
    await scene.inspect(await scene.find(file), down);
    expect((await openLetterOf(file)).letter).toMatchObject({ attempt: 6, cause: 'ATTEMPTS_USED_UP' });
  });

  it('does not come of interruptions', async () => {
    const file = await scene.receive(Buffer.from('interrupted'));
    for (let time = 1; time <= 10; time += 1) await scene.inspect(file, {}, AbortSignal.abort());
    const down = broken(new TransientError('scanner', 'down'));
    for (const attempt of [11, 12]) {
      expect(await scene.inspect(file, down)).toMatchObject({ kind: 'postponed', attempt });
    }
    await scene.inspect(file, down);
    expect((await openLetterOf(file)).letter).toMatchObject({ attempt: 13, cause: 'ATTEMPTS_USED_UP' });
    // A replay gives back what was used up, and again interruptions take nothing of it.
    await replayDeadLetter(deps())(ADMIN, { deadLetterId: (await openLetterOf(file)).letter.id });
    for (let time = 1; time <= 7; time += 1) await scene.inspect(file, {}, AbortSignal.abort());
    expect(await scene.inspect(file, down)).toMatchObject({ kind: 'postponed', attempt: 21 });
    expect((await inspectAgain(file)).state).toBe('CLEAN');
  });

  it('loses its bytes when it is discarded, and cannot be replayed any more', async () => {
    const file = await givenUp('discarded');
    const { letter } = await openLetterOf(file);
    const cleanUp = async (): Promise<{ isDue: boolean; stagedBytes: number | undefined }> => {
      const due = await createBacklog(system).dueCleanups(100);
      await reconcileSagas(scene.deps)({ tenantId: file.tenantId, fileId: file.id });
      const stagedBytes = await scene.deps.objects.stat({ area: 'ingest', key: file.ingestKey });
      return { isDue: due.some(({ fileId }) => fileId === file.id), stagedBytes };
    };
    expect(await cleanUp()).toEqual({ isDue: false, stagedBytes: 'discarded'.length });
    const discard = discardDeadLetter(deps());
    expect(await discard(ADMIN, { deadLetterId: letter.id })).toMatchObject({
      fault: { code: 'BAD_USER_INPUT', field: 'reason' },
    });
    const done = await discard(ADMIN, { deadLetterId: letter.id, reason: 'Sent again.' });
    expect(done).toMatchObject({ value: { letter: { status: 'DISCARDED', decidedBy: 'alice' } } });
    expect(await cleanUp()).toEqual({ isDue: true, stagedBytes: undefined });
    expect(await cleanUp()).toMatchObject({ isDue: false });
    expect(await replayDeadLetter(deps())(ADMIN, { deadLetterId: letter.id })).toMatchObject({
      fault: { code: 'CONFLICT' },
    });
    const { rows } = await asSuperuser(scene.ownerUrl, (client) =>
      client.query(
        `select action, subject from audit where file_id = $1 and action like 'deadletter%' order by id`,
        [file.id],
      ),
    );
    expect(rows).toEqual([
      { action: 'deadletter.OPEN', subject: 'system:inspection' },
      { action: 'deadletter.DISCARDED', subject: 'alice' },
    ]);
  });

  it('goes with its file, and by itself when nobody decided in its time', async () => {
    const [deleted, old] = [await givenUp('deleted'), await givenUp('old')];
    await deleteFile(deps())(ADMIN, { fileId: deleted.id });
    expect(await letterOf(deleted)).toMatchObject({
      letter: { status: 'DISCARDED' },
      file: { state: 'DELETED' },
    });
    const due = await createBacklog(system).dueDeadLetters(0, 100);
    for (const item of due.filter(({ fileId }) => fileId === old.id)) {
      await expireDeadLetter(scene.deps)(item);
    }
    expect(await letterOf(old)).toMatchObject({
      letter: { status: 'DISCARDED', decidedBy: 'system:sweeper' },
    });
  });

  it('is not tried again after a refusal', async () => {
    const file = await scene.receive(Buffer.from('refused'));
    await scene.inspect(file, broken(new PermanentError('scanner', 'no')));
    expect((await openLetterOf(file)).letter).toMatchObject({ cause: 'PERMANENT_FAILURE', attempt: 1 });
  });

  it('and a job that was refused, are two things: its file is inspected, and has one letter however many come', async () => {
    const file = await scene.receive(Buffer.from('poison'));
    const job = { tenantId: file.tenantId, fileId: file.id };
    const record = recordRefusedJob(scene.deps);
    expect([await record(job), await record(job)]).toEqual([true, true]);
    expect(await record({ ...job, tenantId: GLOBEX.tenantId })).toBe(false);
    expect((await openLetterOf(file)).letter.cause).toBe('PAYLOAD_REFUSED');
    expect((await inspectAgain(file)).state).toBe('CLEAN');
  });

  it('leaves nothing of a refused job that could be replayed once the file is decided over', async () => {
    const [judged, vain] = [
      await scene.receive(Buffer.from('judged')),
      await scene.receive(Buffer.from('vain')),
    ];
    for (const { tenantId, id: fileId } of [judged, vain]) {
      await recordRefusedJob(scene.deps)({ tenantId, fileId });
    }
    const { letter } = await openLetterOf(judged);
    const reply = { kind: 'limit', detail: 'MaxRecursion' } as const;
    await scene.inspect(judged, { scanner: createFakeScanner(reply) });
    expect((await scene.find(judged)).state).toBe('UNSCANNABLE');
    expect(await letterOf(judged)).toMatchObject({
      letter: { status: 'DISCARDED', decidedBy: 'system:inspection' },
    });
    expect(await replayDeadLetter(deps())(ADMIN, { deadLetterId: letter.id })).toMatchObject({
      fault: { code: 'CONFLICT' },
    });
    await scene.inspect(vain, broken(new PermanentError('scanner', 'no')));
    expect((await openLetterOf(vain)).letter.cause).toBe('PERMANENT_FAILURE');
  });

  it('tells of every end that an attempt can have', async () => {
    const file = await scene.receive(Buffer.from('ends in all ways'));
    const ends = ATTEMPT_ENDS.map((failureClass, index) => ({
      attempt: index + 1,
      failureClass,
      message: `By ${failureClass}.`,
    }));
    const told = await scene.deps.files.transact(ACME, async (tx) => {
      for (const end of ends) await tx.noteFailedAttempt(file.id, end);
      return tx.failedAttempts(file.id, ends.length, ends.length);
    });
    expect(told).toHaveLength(ends.length);
    expect(told).toEqual(expect.arrayContaining(ends.map((end) => expect.objectContaining(end) as unknown)));
  });

  it('is replayed by nobody without the permission, and by no statement past its dead letter', async () => {
    const file = await givenUp('guarded');
    const { letter } = await openLetterOf(file);
    const nobody = { ...ADMIN, permissions: new Set(['deadletter:read'] as const) };
    const refused = await replayDeadLetter(deps())(nobody, { deadLetterId: letter.id });
    expect(refused).toMatchObject({ fault: { code: 'FORBIDDEN' } });
    const foreign = await replayDeadLetter(deps())({ ...ADMIN, ...GLOBEX }, { deadLetterId: letter.id });
    expect(foreign).toMatchObject({ fault: { code: 'NOT_FOUND' } });
    await discardDeadLetter(deps())(ADMIN, { deadLetterId: letter.id, reason: 'Enough.' });
    const forged = asSuperuser(scene.ownerUrl, (client) =>
      client.query(
        `update files set state = 'SCANNING', version = version + 1, verdict = null where id = $1`,
        [file.id],
      ),
    );
    await expect(forged).rejects.toThrow('only a dead letter is replayed');
    const born = asSuperuser(scene.ownerUrl, (client) =>
      client.query(
        `insert into dead_letters (tenant_id, file_id, status, decided_by, decided_at, cause, failure_class, message, attempt,
           correlation_id) values ($1, $2, 'REPLAYED', 'alice', now(), 'STALLED', 'LOST', 'm', 1, 'c')`,
        [file.tenantId, file.id],
      ),
    );
    await expect(born).rejects.toThrow('a dead letter begins open');
  });
});
