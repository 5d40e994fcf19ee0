import { fault } from '../../src/domain/errors.js';
import { ok } from '../../src/domain/result.js';
import type { UseCases } from '../../src/graphql/use-cases.js';

const nothing = () => Promise.resolve(ok({ decidedCount: 0, skippedCount: 0, remainingCount: 0 }));
const unknown = () => Promise.resolve(fault('NOT_FOUND'));

/** Dead letters in memory, as far as the transports need them: there are none. */
export const fakeDeadLetters: Pick<
  UseCases,
  | 'listDeadLetters'
  | 'getDeadLetter'
  | 'deadLetterAttempts'
  | 'replayDeadLetter'
  | 'discardDeadLetter'
  | 'replayDeadLetters'
  | 'discardDeadLetters'
> = {
  listDeadLetters: () =>
    Promise.resolve(ok({ letters: [], hasNextPage: false, hasPreviousPage: false, totalCount: 0 })),
  getDeadLetter: () => Promise.resolve(ok(null)),
  deadLetterAttempts: () => Promise.resolve(ok([])),
  replayDeadLetter: unknown,
  discardDeadLetter: unknown,
  replayDeadLetters: nothing,
  discardDeadLetters: nothing,
};
