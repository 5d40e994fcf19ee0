import { describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actor.js';
import type { FileStore, FileTransaction } from '../../../src/ports/file-store.js';
import { listFiles, type ListFilesInput } from '../../../src/usecases/read-files.js';

const reader: Actor = {
  tenantId: '00000000-0000-4000-8000-00000000acee' as Actor['tenantId'],
  subject: 'reader',
  roles: ['viewer'],
  permissions: new Set(['file:read'] as const),
  correlationId: 'test',
};

type Query = Parameters<FileTransaction['list']>[0];

/** An empty store that remembers what it was asked. */
function emptyStore(): { files: FileStore; asked: Query[] } {
  const asked: Query[] = [];
  const tx = {
    list: (query: Query) => {
      asked.push(query);
      return Promise.resolve([]);
    },
    count: () => Promise.resolve(0),
  } as unknown as FileTransaction;
  return { files: { transact: (_scope, work) => work(tx) }, asked };
}

describe('a filter of files', () => {
  it.each([
    ['nameContains', 'a null byte', '\0'],
    ['nameContains', 'half of a surrogate pair', 'a\uD800'],
    ['nameContains', 'more than any name holds', 'x'.repeat(256)],
    ['createdBy', 'a null byte', 'a\0b'],
    ['createdBy', 'half of a surrogate pair', '\uDFFF'],
    ['createdBy', 'more than any subject holds', 'x'.repeat(256)],
  ] as const)(
    'whose %s holds %s is refused by name and never asked of the store',
    async (field, _what, text) => {
      const { files, asked } = emptyStore();
      const outcome = await listFiles({ files })(reader, { filter: { [field]: text }, first: 10 });
      expect(outcome).toMatchObject({ ok: false, fault: { code: 'BAD_USER_INPUT', field } });
      expect(asked).toEqual([]);
    },
  );

  it('names each state once to the store, however often the client does', async () => {
    const { files, asked } = emptyStore();
    const states = Array.from({ length: 1_000 }, (_, index) => (index % 2 === 0 ? 'CLEAN' : 'INFECTED'));
    const input: ListFilesInput = { filter: { states }, first: 10 };
    expect(await listFiles({ files })(reader, input)).toMatchObject({ ok: true });
    expect(asked.map((query) => query.states)).toEqual([['CLEAN', 'INFECTED']]);
  });
});
