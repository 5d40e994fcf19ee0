import type { TransientError } from '../../domain/errors.js';
import type { ScanReply } from '../../domain/verdict.js';
import { createBreaker, type Breaker } from '../../observability/breaker.js';
import type { Clock } from '../../ports/clock.js';
import type { Scanner } from '../../ports/scanner.js';
import type { ClamdAddress } from './address.js';
import { createChoice } from './choose.js';
import { isFailureOfClamd } from './calls.js';
import { createMember, type Member } from './member.js';
import type { Standing } from './standing.js';
import { withDeadline } from '../common/with-deadline.js';
import { isOutdated, viewOf, type ClamdView } from './view.js';

/** Where the clamds are, and how long to be patient with each. */
export interface ClamavSettings {
  /** At least one. */
  readonly addresses: readonly ClamdAddress[];
  /** What `StreamMaxLength` of every clamd is, or less. */
  readonly maxStreamBytes: number;
  readonly connectTimeoutMs: number;
  /** Longest wait for clamd to take the next chunk. */
  readonly writeTimeoutMs: number;
  /** Longest wait for the reply after the last byte. */
  readonly replyTimeoutMs: number;
  /** From one self-test of a clamd that works to the next. */
  readonly selfTestIntervalMs: number;
  /** A clamd with older definitions gets files only while there is no other. */
  readonly maxDefinitionsAgeMs: number;
}

/** What the scanner is made of beside its settings. */
export interface ClamavDeps {
  readonly clock: Clock;
  /** Makes the breaker of the clamd at a place in the configuration. @default one that nobody sees */
  readonly breakerOf?: (index: number) => Breaker;
}

/** For logs and metrics; must not throw. */
export interface ClamavHooks {
  /** A clamd failed; another one, or a later try, takes over. */
  readonly onFailure?: (index: number, error: TransientError) => void;
  /** A clamd gave its reply. */
  readonly onReply?: (index: number, reply: ScanReply) => void;
  /** A self-test came to its end, or the clamd turned out to be another one. */
  readonly onStanding?: (index: number, standing: Standing) => void;
}

/** Several clamds as one scanner. */
export interface ClamavScanner extends Scanner {
  /** What is known of each clamd, in the order of the configuration. */
  views(): readonly ClamdView[];
  /** The same after each of them was asked whether it is there. */
  look(): Promise<readonly ClamdView[]>;
  /** Whether one of them gets files, as far as is known. */
  isUsable(): boolean;
  /** Begins to test each clamd now and on schedule. Without it they are tested when they are first needed. */
  start(): void;
  /** Ends that. Idempotent. */
  stop(): void;
}

/** How the breaker before each clamd behaves. */
export const CLAMD_BREAKER = {
  dependency: 'scanner',
  label: 'clamd',
  failures: 3,
  openMs: 2_000,
  isFailure: isFailureOfClamd,
} as const;

/** How often each clamd is asked whether it is there. */
const PING_INTERVAL_MS = 5_000;
/** How long whoever wants to see them waits for the answers. */
const LOOK_MS = 1_000;

/**
 * A scanner made of one or several clamds over TCP or unix sockets. A file goes to the one with the least to do of those
 * that passed their self-test; which needs `AlertExceedsMax yes` and `AlertEncrypted yes`, without which clamd calls OK
 * what it has not looked into.
 *
 * @see docs/decisions/0002-own-instream-client.md
 * @see docs/decisions/0014-clamd-pool.md
 */
export function createClamavScanner(
  settings: ClamavSettings,
  deps: ClamavDeps,
  hooks: ClamavHooks = {},
): ClamavScanner {
  const stopped = new AbortController();
  const limit = { ...settings, ...deps };
  const members = settings.addresses.map((address, index) =>
    createMember({
      ...limit,
      address,
      timeouts: settings,
      breaker: deps.breakerOf?.(index) ?? createBreaker(CLAMD_BREAKER),
      signal: stopped.signal,
      onFailure: (error) => hooks.onFailure?.(index, error),
      onStanding: (standing) => hooks.onStanding?.(index, standing),
      onEnd: (end) => end.kind === 'replied' && hooks.onReply?.(index, end.reply),
    }),
  );
  const views = (): readonly ClamdView[] => members.map((member, index) => viewOf(member, index, limit));
  const choose = createChoice(members, settings.connectTimeoutMs, (member) => isOutdated(member, limit));
  return {
    maxStreamBytes: settings.maxStreamBytes,
    status: (signal) => choose((member) => member.askStatus(signal), signal),
    begin: (signal) => choose((member) => member.open(signal), signal),
    views,
    isUsable: () => members.some((member) => member.isUsable()),
    look: async () => {
      const pings = Promise.all(members.map((member) => member.ping()));
      await withDeadline(pings, LOOK_MS, () => new Error('a clamd is slow')).catch(() => undefined);
      return views();
    },
    start: () => void keepChecking(members, deps.clock, stopped.signal),
    stop: () => stopped.abort(),
  };
}

async function keepChecking(members: readonly Member[], clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A test that takes its time must not keep the others from being asked.
    for (const member of members) void member.check();
    await clock.sleep(PING_INTERVAL_MS, signal);
  }
}
