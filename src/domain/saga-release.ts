import type { EndCause, Release } from './release.js';
import type { SagaEntry } from './saga-entry.js';
import type { SagaCause } from './saga.js';

const CAUSES: Readonly<Record<EndCause, SagaCause>> = {
  EXPIRED: 'EXPIRED',
  REVOKED: 'REVOKED',
  HIT: 'HIT',
  REMOVED: 'DELETED',
};

/** What a change of a release means for its saga; it is written in the same transaction. */
export function entriesOfRelease({ id: run, status, decidedBy, endCause }: Release): readonly SagaEntry[] {
  const saga = 'RELEASE';
  switch (status) {
    case 'REQUESTED':
      return [
        { saga, run, step: 'REQUEST', outcome: 'DONE' },
        { saga, run, step: 'APPROVE', outcome: 'STARTED' },
      ];
    case 'APPROVED':
      return [
        { saga, run, step: 'APPROVE', outcome: 'DONE' },
        { saga, run, step: 'END', outcome: 'STARTED' },
      ];
    case 'REFUSED':
      return withdrawn(run, 'REFUSED');
    case 'ENDED': {
      const cause = endCause === null ? 'UNEXPECTED' : CAUSES[endCause];
      return decidedBy === null
        ? withdrawn(run, cause)
        : [{ saga, run, step: 'END', outcome: 'DONE', cause }];
    }
  }
}

const withdrawn = (run: string, cause: SagaCause): readonly SagaEntry[] => [
  { saga: 'RELEASE', run, step: 'APPROVE', outcome: 'FAILED', cause },
  { saga: 'RELEASE', run, step: 'REQUEST', outcome: 'COMPENSATED', cause },
];
