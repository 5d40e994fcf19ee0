import type { TransientError } from '../../domain/errors.js';
import type { BreakerState } from '../../observability/breaker.js';
import type { ScannerStatus, ScanSession } from '../../ports/scanner.js';
import { createCalls, GivenUp, type Calls } from './calls.js';
import { createLoad, type Load } from './load.js';
import { askStatus, openSession, ping, type SessionEnd } from './session.js';
import { createTests, type Standing, type Tests, type TestsDeps } from './standing.js';

/** One clamd of several. */
export interface Member {
  readonly load: Load;
  readonly standing: () => Standing;
  readonly breakerState: () => BreakerState;
  /** Calls in a row that failed. */
  readonly failures: () => number;
  /** Whether it may get files: it can be reached as far as is known, and its last self-test was passed. */
  readonly isUsable: () => boolean;
  /** Tests it where a test is due, else sees whether it is there. One at a time; never throws. */
  readonly check: () => Promise<void>;
  /** Sees whether it is there, unless it is left alone. One at a time; never throws. */
  readonly ping: () => Promise<void>;
  /** Throws `TransientError`. */
  readonly askStatus: (signal?: AbortSignal) => Promise<ScannerStatus>;
  /** Throws `TransientError`. */
  readonly open: (signal?: AbortSignal) => Promise<ScanSession>;
}

/** What a member is made of. */
export interface MemberDeps extends TestsDeps {
  readonly onFailure: (error: TransientError) => void;
  readonly onEnd: (end: SessionEnd) => void;
}

/**
 * Watches over one clamd. Its breaker counts whatever shows that it cannot be reached; what it says when it can is the
 * business of the self-test, which is also the probe after an outage: no file is ever used to try a clamd.
 */
export function createMember(deps: MemberDeps): Member {
  const { address, timeouts, breaker, signal } = deps;
  const { connectTimeoutMs } = timeouts;
  const load = createLoad();
  const calls = createCalls(breaker, deps.onFailure);
  const tests = createTests(deps, calls);
  const pingQuietly = async (): Promise<void> => {
    if (breaker.state() !== 'closed') return;
    await calls.run(() => ping(address, connectTimeoutMs, signal), signal).catch(() => undefined);
  };
  return {
    load,
    standing: tests.standing,
    breakerState: () => breaker.state(),
    failures: calls.failures,
    isUsable: () => breaker.state() === 'closed' && tests.standing().kind === 'passed',
    check: once(() => (tests.isDue() ? tests.run() : pingQuietly())),
    ping: once(pingQuietly),
    askStatus: (stop) => calls.run(() => askStatus(address, connectTimeoutMs, stop), stop),
    open: createOpening(deps, { load, calls, tests }),
  };
}

interface Parts {
  readonly load: Load;
  readonly calls: Calls;
  readonly tests: Tests;
}

/** A session is one call: the breaker is told how it went when it has ended. */
const createOpening =
  ({ address, timeouts, onEnd }: MemberDeps, { load, calls, tests }: Parts): Member['open'] =>
  (stop) => {
    const opened = Promise.withResolvers<ScanSession>();
    const work = async (): Promise<void> => {
      const ended = Promise.withResolvers<SessionEnd>();
      const visit = load.enter();
      const hooks = { onBytes: visit.add, onEnd: ended.resolve };
      try {
        opened.resolve(tests.confirm(await openSession(address, timeouts, stop, hooks)));
        const end = await ended.promise;
        onEnd(end);
        if (end.kind === 'failed') throw end.error;
        if (end.kind === 'given-up') throw new GivenUp();
      } finally {
        visit.leave();
      }
    };
    calls.run(work, stop).catch(opened.reject);
    return opened.promise;
  };

/** Whoever comes while it runs waits for the run that is under way. */
function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}
