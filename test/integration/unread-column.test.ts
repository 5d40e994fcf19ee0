import { afterAll, beforeAll, expect, it } from 'vitest';
import { asSuperuser } from '../support/database.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';

let scene: InspectionScene;
beforeAll(async () => {
  scene = await openInspectionScene();
});
afterAll(() => scene.close());

const change = (statement: string): Promise<unknown> =>
  asSuperuser(scene.ownerUrl, (client) => client.query(statement));
const inspectNew = async (text: string): Promise<string> => {
  const file = await scene.receive(Buffer.from(text));
  await scene.inspect(file);
  return (await scene.find(file)).state;
};

it('processes of this version need no version of a policy beside a copy, and those of before can still name it', async () => {
  const { rows } = await asSuperuser(scene.ownerUrl, (client) =>
    client.query<{ column_default: string }>(
      `select column_default from information_schema.columns where table_name = 'contents' and column_name = 'policy_version'`,
    ),
  );
  expect(rows).toEqual([{ column_default: `''::text` }]);
  await change('alter table contents drop column policy_version');
  // A copy of its own, and then one that is shared.
  expect(await inspectNew('some bytes')).toBe('CLEAN');
  expect(await inspectNew('some bytes')).toBe('CLEAN');
});
