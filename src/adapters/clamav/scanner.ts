import { TransientError } from '../../domain/errors.js';
import type { ScanReply } from '../../domain/verdict.js';
import type { Scanner } from '../../ports/scanner.js';
import type { ClamdAddress } from './address.js';
import { createFailover } from './failover.js';
import { askStatus, openSession } from './session.js';

/** Where the clamds are, and how long to be patient with each. */
export interface ClamavSettings {
  /** At least one; they take turns. */
  readonly addresses: readonly ClamdAddress[];
  /** What `StreamMaxLength` of every clamd is, or less. */
  readonly maxStreamBytes: number;
  readonly connectTimeoutMs: number;
  /** Longest wait for clamd to take the next chunk. */
  readonly writeTimeoutMs: number;
  /** Longest wait for the reply after the last byte. */
  readonly replyTimeoutMs: number;
}

/** For logs and metrics; must not throw. */
export interface ClamavHooks {
  /** A clamd failed; another one, or a later try, takes over. */
  readonly onFailure?: (address: ClamdAddress, error: TransientError) => void;
  /** A clamd gave its reply. */
  readonly onReply?: (address: ClamdAddress, reply: ScanReply) => void;
}

/**
 * A scanner made of one or several clamds over TCP or unix sockets. Needs `AlertExceedsMax yes` and
 * `AlertEncrypted yes` on each of them: without these clamd calls OK what it has not looked into.
 *
 * @see docs/decisions/0002-own-instream-client.md
 */
export function createClamavScanner(settings: ClamavSettings, hooks: ClamavHooks = {}): Scanner {
  const failover = createFailover(settings.addresses);
  const report = (address: ClamdAddress, error: TransientError): void => {
    failover.failed(address);
    hooks.onFailure?.(address, error);
  };
  const firstThatAnswers = async <T>(
    ask: (address: ClamdAddress) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    const causes: TransientError[] = [];
    for (const address of failover.order()) {
      try {
        const answer = await ask(address);
        failover.succeeded(address);
        return answer;
      } catch (error) {
        const cause = toTransient(error);
        if (signal?.aborted) throw cause;
        causes.push(cause);
        report(address, cause);
      }
    }
    throw new TransientError('scanner', 'No clamd can be reached', { cause: new AggregateError(causes) });
  };
  return {
    maxStreamBytes: settings.maxStreamBytes,
    status: (signal) =>
      firstThatAnswers((address) => askStatus(address, settings.connectTimeoutMs, signal), signal),
    begin: (signal) =>
      firstThatAnswers(
        (address) =>
          openSession(address, settings, signal, {
            onFailure: (error) => report(address, error),
            onReply: (reply) => hooks.onReply?.(address, reply),
          }),
        signal,
      ),
  };
}

const toTransient = (error: unknown): TransientError =>
  error instanceof TransientError
    ? error
    : new TransientError('scanner', 'clamd could not be asked', { cause: error });
