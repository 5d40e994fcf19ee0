import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ok } from '../../../src/domain/result.js';
import { startGraphqlServer, type GraphqlServer } from '../../support/start-graphql-server.js';

const counts = { decidedCount: 3, skippedCount: 1, remainingCount: 7 };
const decide = vi.fn((_actor: unknown, _input: unknown) => Promise.resolve(ok(counts)));

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer({
    useCases: { replayDeadLetters: decide, discardDeadLetters: decide },
  });
});
afterAll(() => server.close());

it.each([
  ['replayDeadLetters', '{ causes: [STALLED], fileId: null }', { causes: ['STALLED'], limit: 50 }],
  ['discardDeadLetters', '{ limit: 9, reason: "old" }', { limit: 9, reason: 'old' }],
])('%s is for those who may decide, and hands on what they select', async (name, input, expected) => {
  decide.mockClear();
  const mutation = `mutation { ${name}(input: ${input}) { decidedCount skippedCount remainingCount } }`;
  const refused = await server.post(mutation, { token: 'acme-viewer' });
  expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  expect(decide).not.toHaveBeenCalled();
  expect((await server.post(mutation)).data).toEqual({ [name]: counts });
  expect(decide.mock.calls.map(([, given]) => ({ ...(given as object) }))).toEqual([expected]);
});
