import { ok } from '../../src/domain/result.js';
import type { Release } from '../../src/domain/release.js';
import type { UseCases } from '../../src/graphql/use-cases.js';
import { makeFile } from './make-file.js';

const file = makeFile({ state: 'INFECTED' });

/** A request that waits for its decision. */
export const makeRelease = (changes: Partial<Release> = {}): Release => ({
  id: '01900000-0000-7000-8000-0000000000aa',
  tenantId: file.tenantId,
  fileId: file.id,
  version: 1,
  status: 'REQUESTED',
  reason: 'A false positive.',
  requestedBy: 'anna',
  requestedAt: new Date('2026-01-01T00:00:00.000Z'),
  expiresAt: new Date('2026-01-02T00:00:00.000Z'),
  decidedBy: null,
  decidedAt: null,
  decisionReason: null,
  endedBy: null,
  endedAt: null,
  endCause: null,
  endReason: null,
  definitionsVersion: '27400',
  ...changes,
});

const answer = () => Promise.resolve(ok(makeRelease()));

/** The quarantine in memory, as far as the transports need it. */
export const fakeQuarantine: Pick<
  UseCases,
  | 'listQuarantine'
  | 'getQuarantine'
  | 'quarantineHistory'
  | 'requestRelease'
  | 'approveRelease'
  | 'refuseRelease'
  | 'endRelease'
  | 'createForensicUrl'
  | 'watchQuarantine'
> = {
  listQuarantine: () =>
    Promise.resolve(ok({ entries: [], hasNextPage: false, hasPreviousPage: false, totalCount: 0 })),
  getQuarantine: () => Promise.resolve(ok(null)),
  quarantineHistory: () => Promise.resolve(ok([])),
  requestRelease: answer,
  approveRelease: answer,
  refuseRelease: answer,
  endRelease: answer,
  createForensicUrl: () =>
    Promise.resolve(ok({ url: 'http://x/f', expiresAt: file.createdAt, password: 'infected' })),
  watchQuarantine: () => Promise.resolve(ok(nothing())),
};

async function* nothing(): AsyncGenerator<never> {
  yield* [];
}
