import { TransientError } from '../../domain/errors.js';
import type { ScanReply } from '../../domain/verdict.js';
import type { Breaker } from '../../observability/breaker.js';
import type { Clock } from '../../ports/clock.js';
import type { ScanSession } from '../../ports/scanner.js';
import type { ClamdAddress } from './address.js';
import type { Calls } from './calls.js';
import type { SizeBorder, WrongAnswer } from './self-test/find-border.js';
import { testClamd, type PassedTest } from './self-test/self-test.js';
import type { SessionTimeouts } from './session.js';

/** What a clamd has shown of itself: nothing yet, the right answers, or a wrong one. */
export type Standing =
  | { readonly kind: 'untested' }
  | (PassedTest & { readonly kind: 'passed' })
  | (WrongAnswer & { readonly kind: 'failed' });

/** The self-tests of one clamd. */
export interface Tests {
  readonly standing: () => Standing;
  readonly isDue: () => boolean;
  /** Never throws: a test that does not come to its end leaves the standing as it was. */
  readonly run: () => Promise<void>;
  /** Lets a session pass that is one of the clamd that was tested. Gives any other up, and throws `TransientError`. */
  readonly confirm: (session: ScanSession) => ScanSession;
}

/** What testing a clamd needs. */
export interface TestsDeps {
  readonly address: ClamdAddress;
  readonly timeouts: SessionTimeouts;
  readonly selfTestIntervalMs: number;
  readonly breaker: Breaker;
  readonly clock: Clock;
  /** Ends the tests. */
  readonly signal: AbortSignal;
  readonly onStanding: (standing: Standing) => void;
}

/** Keeps the standing of a clamd. */
export function createTests(deps: TestsDeps, { run }: Pick<Calls, 'run'>): Tests {
  const { address, timeouts, selfTestIntervalMs, breaker, clock, signal, onStanding } = deps;
  let standing: Standing = { kind: 'untested' };
  let testedAtMs = -Infinity;
  let known: SizeBorder | undefined;
  const settle = (next: Standing): void => {
    standing = next;
    onStanding(next);
  };
  const test = async (): Promise<void> => {
    const result = await testClamd(address, timeouts, known, signal);
    testedAtMs = clock.now().getTime();
    if ('border' in result) known = result.border;
    settle('wrong' in result ? { kind: 'failed', ...result } : { kind: 'passed', ...result });
  };
  const finish = async (session: ScanSession): Promise<ScanReply> => {
    const reply = await session.finish();
    if (standing.kind !== 'failed') return reply;
    throw new TransientError('scanner', 'clamd failed its self-test during the scan');
  };
  return {
    standing: () => standing,
    isDue: () => {
      const isOld = Math.abs(clock.now().getTime() - testedAtMs) >= selfTestIntervalMs;
      return standing.kind === 'untested' || breaker.state() !== 'closed' || isOld;
    },
    run: () => run(test, signal).catch(() => undefined),
    confirm(session) {
      if (standing.kind === 'passed' && session.engine !== standing.status.engine) {
        settle({ kind: 'untested' });
      }
      if (standing.kind === 'passed') return { ...session, finish: () => finish(session) };
      session.abort();
      throw new TransientError('scanner', 'clamd is not the one that passed the self-test');
    },
  };
}
