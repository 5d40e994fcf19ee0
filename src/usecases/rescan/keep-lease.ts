import { TransientError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';

/** Somebody else has the work: this one must not write anything any more. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** A lease that is renewed until it is stopped. */
export interface KeptLease {
  /** Aborts when somebody else has it (reason: {@link LeaseLostError}) or it ran out. */
  readonly lost: AbortSignal;
  /** Resolves when no further renewal comes. */
  stop(): Promise<void>;
}

/**
 * Renews a lease every third of its length.
 *
 * @param renew - resolves to false when somebody else has it
 */
export function keepLease(clock: Clock, leaseMs: number, renew: () => Promise<boolean>): KeptLease {
  const stopped = new AbortController();
  const lost = new AbortController();
  const keep = async (): Promise<void> => {
    let renewedAtMs = clock.now().getTime();
    for (;;) {
      await clock.sleep(leaseMs / 3, stopped.signal);
      if (stopped.signal.aborted) return;
      const askedAtMs = clock.now().getTime();
      const answer = await renew().catch(asError);
      if (answer === true) renewedAtMs = askedAtMs;
      else if (answer === false) lost.abort(new LeaseLostError('Somebody else has the lease.'));
      else if (askedAtMs - renewedAtMs > leaseMs) lost.abort(answer);
      if (lost.signal.aborted) return;
    }
  };
  const keeping = keep();
  return {
    lost: lost.signal,
    stop: () => {
      stopped.abort();
      return keeping;
    },
  };
}

const asError = (cause: unknown): Error =>
  new TransientError('postgres', 'The lease could not be renewed.', { cause });
