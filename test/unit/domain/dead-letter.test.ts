import { describe, expect, it } from 'vitest';
import { decideOverLetter, type DeadLetter } from '../../../src/domain/dead-letter.js';
import { makeFileId, makeTenantId } from '../../support/make-job.js';

const AT = new Date('2026-01-02T00:00:00.000Z');
const letter: DeadLetter = {
  id: '01900000-0000-7000-8000-0000000000dd',
  tenantId: makeTenantId(),
  fileId: makeFileId(),
  version: 1,
  status: 'OPEN',
  cause: 'ATTEMPTS_USED_UP',
  failureClass: 'TRANSIENT',
  message: 'The scanner did not answer as it must.',
  attempt: 8,
  createdAt: new Date('2026-01-01T00:00:00.000Z'),
  decidedBy: null,
  decidedAt: null,
  reason: null,
};

describe('a dead letter', () => {
  it('is decided over by somebody, with the reason as it was written', () => {
    const reason = '  Sent again by the customer. ';
    expect(decideOverLetter(letter, { status: 'DISCARDED', by: 'alice', reason }, AT)).toEqual({
      ok: true,
      value: {
        ...letter,
        ...{ status: 'DISCARDED', version: 2, decidedBy: 'alice', decidedAt: AT },
        reason: 'Sent again by the customer.',
      },
    });
  });

  it('may be replayed without a reason', () => {
    const decided = decideOverLetter(letter, { status: 'REPLAYED', by: 'alice', reason: null }, AT);
    expect(decided).toMatchObject({ ok: true, value: { status: 'REPLAYED', reason: null } });
  });

  it.each(['', '   ', 'a\0b', 'x'.repeat(2_001)])('takes no reason that nobody could read: %j', (reason) => {
    const refused = decideOverLetter(letter, { status: 'DISCARDED', by: 'alice', reason }, AT);
    expect(refused).toMatchObject({ ok: false, fault: { code: 'BAD_USER_INPUT', field: 'reason' } });
  });

  it.each(['REPLAYED', 'DISCARDED'] as const)('is not decided over again once it is %s', (status) => {
    const again = decideOverLetter(
      { ...letter, status },
      { status: 'REPLAYED', by: 'bob', reason: null },
      AT,
    );
    expect(again).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
  });
});
