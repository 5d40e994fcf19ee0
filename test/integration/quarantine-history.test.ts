import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import { encodeCursor } from '../../src/domain/cursor.js';
import type { Outcome } from '../../src/domain/errors.js';
import type { File } from '../../src/domain/file.js';
import { BUILT_IN_ROLES, PERMISSIONS } from '../../src/domain/permissions.js';
import type { Release } from '../../src/domain/release.js';
import type { FileStore } from '../../src/ports/file-store.js';
import { applyCommand } from '../../src/usecases/apply.js';
import { deleteFile } from '../../src/usecases/end-file.js';
import { approveRelease, endRelease } from '../../src/usecases/quarantine/decide-release.js';
import { expireRelease } from '../../src/usecases/quarantine/end-due-release.js';
import { openReleased } from '../../src/usecases/quarantine/open-quarantined.js';
import { quarantineHistory } from '../../src/usecases/quarantine/read-quarantine.js';
import { requestRelease } from '../../src/usecases/quarantine/request-release.js';
import { watchQuarantine } from '../../src/usecases/quarantine/watch-quarantine.js';
import { readSagas } from '../../src/usecases/read-sagas.js';
import { watchFileEvents } from '../../src/usecases/watch-file-events.js';
import { asSuperuser } from '../support/database.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { EICAR, zipOf } from '../support/samples.js';
import { ACME } from '../support/stored-files.js';

const person = (subject: string): Actor => ({
  ...ACME,
  subject,
  roles: ['admin'],
  permissions: new Set(PERMISSIONS),
});
const [ANNA, OTTO] = [person('anna'), person('otto')];

describe('the history of the quarantine', () => {
  let scene: InspectionScene;
  beforeAll(async () => {
    scene = await openInspectionScene();
  });
  afterAll(() => scene.close());

  const deps = () => ({
    ...scene.deps,
    ids: createUuidV7Ids(),
    settings: { idempotencyTtlSeconds: 60 },
    maxReleaseMs: 3_600_000,
  });
  const value = <T>(outcome: Outcome<T>): T => {
    if (outcome.ok) return outcome.value;
    throw new Error(`${outcome.fault.code}: ${outcome.fault.message}`);
  };
  const infected = async (): Promise<File> => {
    const file = await scene.receive(await zipOf(`${randomBytes(8).toString('hex')}.com`, EICAR));
    await scene.inspect(file);
    return scene.find(file);
  };
  const request = async (file: File): Promise<Release> => {
    const expiresAt = new Date(Date.now() + 600_000);
    return value(await requestRelease(deps())(ANNA, { fileId: file.id, reason: 'Why.', expiresAt }));
  };
  const linesOf = async (file: File, text: string): Promise<string[]> => {
    const { rows } = await asSuperuser(scene.ownerUrl, (db) => db.query<{ line: string }>(text, [file.id]));
    return rows.map(({ line }) => line);
  };
  const audited = (file: File): Promise<string[]> =>
    linesOf(
      file,
      `select action || ' by ' || subject as line from audit
        where file_id = $1 and action like 'quarantine.%' order by id`,
    );
  const told = (file: File): Promise<string[]> =>
    linesOf(
      file,
      `select 'quarantine.' || kind || ' by ' || subject as line from quarantine_events
        where file_id = $1 order by sequence`,
    );

  it('stands in the audit trail as well, with what ends because the content goes', async () => {
    const file = await infected();
    const { id: releaseId } = await request(file);
    value(await approveRelease(deps())(OTTO, { releaseId }));
    const grant = { tenantId: ACME.tenantId, subject: 'anna', fileId: file.id, releaseId };
    const { body } = await value(await openReleased(deps())(grant, ACME)).read();
    await body.toArray();
    value(await deleteFile(deps())(OTTO, { fileId: file.id }));
    await expect.poll(async () => (await told(file)).at(-1)).toBe('quarantine.CONTENT_REMOVED by otto');
    expect((await told(file)).length).toBe(6);
    expect(await audited(file)).toEqual(await told(file));
  });

  it('shows of a file what happened last, however often it was downloaded before', async () => {
    const file = await infected();
    const { id: releaseId } = await request(file);
    value(await approveRelease(deps())(OTTO, { releaseId }));
    await scene.deps.files.transact(ANNA, async (tx) => {
      for (let time = 0; time < 110; time += 1) {
        await tx.recordDownload(file.id, 'RELEASED_DOWNLOAD', releaseId);
      }
    });
    value(await endRelease(deps())(OTTO, { releaseId, reason: 'Enough.' }));
    const history = value(await quarantineHistory(deps())(ANNA, file));
    expect(history.length).toBe(100);
    expect(history.at(-1)).toMatchObject({ kind: 'RELEASE_ENDED', reason: 'Enough.' });
    const sequences = history.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  });

  it('and that of releases are nothing that somebody sees who may read files alone', async () => {
    const file = await infected();
    const { id: releaseId } = await request(file);
    value(await approveRelease(deps())(OTTO, { releaseId }));
    const viewer: Actor = { ...person('vera'), permissions: new Set(BUILT_IN_ROLES['viewer']) };
    const seenBy = async (actor: Actor, last: number): Promise<string[]> =>
      value(await readSagas(deps())(actor, file, last)).map(({ name }) => name);
    expect(await seenBy(viewer, 100)).toEqual(['COMPLETION', 'INSPECTION', 'QUARANTINE']);
    expect(await seenBy(viewer, 1)).toEqual(['QUARANTINE']);
    expect(await seenBy(ANNA, 1)).toEqual(['RELEASE']);
  });

  it('of a file that was never let out tells no end of a release', async () => {
    const file = await infected();
    value(await deleteFile(deps())(OTTO, { fileId: file.id }));
    await expect.poll(async () => (await told(file)).length).toBe(2);
    expect(await audited(file)).toEqual(await told(file));
  });

  const WAYS: Record<string, (release: Release, files: FileStore) => Promise<unknown>> = {
    approved: ({ id: releaseId }, files) => approveRelease({ ...deps(), files })(OTTO, { releaseId }),
    ended: ({ id: releaseId }, files) =>
      endRelease({ ...deps(), files })(OTTO, { releaseId, reason: 'Enough.' }),
    expired: ({ id: releaseId, fileId, tenantId, expiresAt }, files) => {
      const clock = { ...deps().clock, now: () => expiresAt };
      return expireRelease({ ...deps(), files, clock })({ releaseId, fileId, tenantId });
    },
    downloaded: ({ fileId }, files) =>
      files.transact(ANNA, (tx) => tx.recordDownload(fileId, 'FORENSIC_DOWNLOAD', null)),
  };

  it.each(Object.keys(WAYS))('is never waited for in a circle: deleted while it is %s', async (way) => {
    const file = await infected();
    const release = await request(file);
    let tries = 0;
    const files: FileStore = {
      transact: (scope, work) =>
        scene.deps.files.transact(scope, (tx) => {
          tries += 1;
          return work(tx);
        }),
    };
    const locked = Promise.withResolvers<undefined>();
    const deletion = files.transact(OTTO, async (tx) => {
      const found = await tx.findForUpdate(file.id);
      locked.resolve(undefined);
      await deps().clock.sleep(200);
      return found && applyCommand(tx, found, { kind: 'delete' }, deps().clock.now());
    });
    await locked.promise;
    await Promise.all([deletion, WAYS[way]?.(release, files)]);
    expect((await deletion)?.ok).toBe(true);
    expect(tries).toBe(2);
  });

  it('and that of files go on from no position that nobody was given', async () => {
    await infected();
    const signal = new AbortController().signal;
    const last = await scene.deps.files.transact(ACME, (tx) => tx.lastQuarantineSequence());
    const quarantineAfter = (position: number) =>
      watchQuarantine(deps())(ANNA, encodeCursor(position), signal);
    const filesAfter = (position: number) =>
      watchFileEvents(deps())(ANNA, { after: encodeCursor(position) }, signal);
    expect((await quarantineAfter(last)).ok).toBe(true);
    expect((await filesAfter(0)).ok).toBe(true);
    const refusal = { ok: false, fault: { code: 'BAD_USER_INPUT', field: 'after' } };
    expect(await quarantineAfter(last + 1)).toMatchObject(refusal);
    expect(await filesAfter(1)).toMatchObject(refusal);
  });
});
