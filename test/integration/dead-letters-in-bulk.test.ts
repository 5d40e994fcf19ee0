import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/domain/actor.js';
import { TransientError } from '../../src/domain/errors.js';
import type { File } from '../../src/domain/file.js';
import {
  discardDeadLetters,
  MAX_DECIDED,
  replayDeadLetters,
} from '../../src/usecases/dead-letters/decide-dead-letters.js';
import { asSuperuser } from '../support/database.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { ACME, GLOBEX } from '../support/stored-files.js';

const ADMIN: Actor = { ...ACME, roles: ['admin'], permissions: new Set(['deadletter:manage'] as const) };
const FILES = 5;

describe('many inspections that were given up', () => {
  let scene: InspectionScene;
  let files: File[];
  beforeAll(async () => {
    scene = await openInspectionScene();
    files = [];
    for (let index = 0; index < FILES; index += 1) files.push(await givenUp(`letter ${index}`));
  });
  afterAll(() => scene.close());

  const givenUp = async (text: string): Promise<File> => {
    const file = await scene.receive(Buffer.from(text));
    const error = new TransientError('scanner', 'away');
    const scanner = { ...scene.deps.scanner, begin: () => Promise.reject(error) };
    for (const attempt of [0, 1, 2]) await scene.inspect({ ...file, attempt }, { scanner });
    return scene.find(file);
  };
  const deps = () => ({ ...scene.deps, settings: { idempotencyTtlSeconds: 3_600 } });
  const states = async (): Promise<string[]> =>
    (await Promise.all(files.map((file) => scene.find(file)))).map(({ state }) => state).toSorted();
  const audited = async (status: string): Promise<number> => {
    const { rows } = await asSuperuser(scene.ownerUrl, (client) =>
      client.query<{ count: number }>(
        'select count(*)::int as count from audit where action = $1 and subject = $2',
        [`deadletter.${status}`, ADMIN.subject],
      ),
    );
    return rows[0]?.count ?? NaN;
  };

  it('are decided over only by whoever may, and never those of another tenant', async () => {
    const nobody = { ...ADMIN, permissions: new Set([]) };
    expect(await replayDeadLetters(deps())(nobody, { limit: 10 })).toMatchObject({
      fault: { code: 'FORBIDDEN' },
    });
    const nothing = { decidedCount: 0, skippedCount: 0, remainingCount: 0 };
    expect(await replayDeadLetters(deps())({ ...ADMIN, ...GLOBEX }, { limit: 10 })).toMatchObject({
      value: nothing,
    });
    expect(await replayDeadLetters(deps())(ADMIN, { limit: 10, fileId: 'none' })).toMatchObject({
      value: nothing,
    });
    expect(await replayDeadLetters(deps())(ADMIN, { limit: 10, causes: ['STALLED'] })).toMatchObject({
      value: nothing,
    });
  });

  it.each([0, -1, 1.5, MAX_DECIDED + 1])('are not decided over %d at a time', async (limit) => {
    expect(await replayDeadLetters(deps())(ADMIN, { limit })).toMatchObject({
      fault: { code: 'BAD_USER_INPUT', field: 'limit' },
    });
  });

  it('are replayed and discarded as many as were asked for, each with its audit row, and the rest is told', async () => {
    const first = await replayDeadLetters(deps())(ADMIN, { limit: 2, causes: ['ATTEMPTS_USED_UP'] });
    expect(first).toMatchObject({ value: { decidedCount: 2, skippedCount: 0, remainingCount: 3 } });
    expect(await states()).toEqual(['SCANNING', 'SCANNING', ...Array<string>(3).fill('UNSCANNABLE')]);
    expect(await discardDeadLetters(deps())(ADMIN, { limit: 1, reason: ' ' })).toMatchObject({
      fault: { code: 'BAD_USER_INPUT' },
    });
    const second = await discardDeadLetters(deps())(ADMIN, { limit: 1, reason: 'of no use' });
    expect(second).toMatchObject({ value: { decidedCount: 1, remainingCount: 2 } });
    const both = await Promise.all(
      [1, 2].map(() => replayDeadLetters(deps())(ADMIN, { limit: MAX_DECIDED })),
    );
    const decided = both.map((outcome) => (outcome.ok ? outcome.value.decidedCount : NaN));
    expect(decided.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(await states()).toEqual([...Array<string>(4).fill('SCANNING'), 'UNSCANNABLE']);
    expect([await audited('REPLAYED'), await audited('DISCARDED')]).toEqual([4, 1]);
  });
});
