import { expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actor.js';
import type { FileStore } from '../../../src/ports/file-store.js';
import { listDeadLetters } from '../../../src/usecases/dead-letters/read-dead-letters.js';
import { listQuarantine } from '../../../src/usecases/quarantine/read-quarantine.js';

const reader: Actor = {
  tenantId: '00000000-0000-4000-8000-00000000acee' as Actor['tenantId'],
  subject: 'reader',
  roles: ['analyst'],
  permissions: new Set(['deadletter:read', 'quarantine:read'] as const),
  correlationId: 'test',
};

const files: FileStore = { transact: () => Promise.reject(new Error('The store was asked.')) };

const cursorOf = (form: string, time: string): string =>
  Buffer.from(`${form}.${time}.0198f0a0-0000-7000-8000-000000000001`).toString('base64url');

// The database takes no year of more than four digits in the form in which a cursor's time is written to it.
it.each([
  ['dead letters', listDeadLetters({ files }), 'd1'],
  ['the quarantine', listQuarantine({ files }), 'q1'],
])('a cursor of %s with a time that nothing can have is refused as none', async (_, list, form) => {
  for (const time of ['253402300800000', '999999999999999']) {
    const outcome = await list(reader, { first: 10, after: cursorOf(form, time) });
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'BAD_USER_INPUT', field: 'after' } });
  }
});
