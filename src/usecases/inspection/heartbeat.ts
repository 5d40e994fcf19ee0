import { TransientError } from '../../domain/errors.js';
import { announceProgress } from '../announce.js';
import type { Inspection } from './inspection.js';

/** Most notes of progress a second. */
const NOTES_PER_SECOND = 4;

/** Keeps the lease of an inspection. */
export interface Heartbeat {
  /** Aborts when another attempt has taken over (reason: {@link FencedError}) or the lease ran out. */
  readonly lost: AbortSignal;
  /** Resolves when no further write comes. */
  stop(): Promise<void>;
}

/** Another attempt is the current one: this one must not write anything any more. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/**
 * Renews the lease every third of its length, and notes and announces how far the scan is when it moves.
 *
 * @param scannedBytes - how far it is
 */
export function startHeartbeat(inspection: Inspection, scannedBytes: () => number): Heartbeat {
  const { deps, file } = inspection;
  const stopped = new AbortController();
  const lost = new AbortController();
  const renewEveryMs = deps.settings.leaseMs / 3;
  const tickMs = Math.min(renewEveryMs, 1000 / NOTES_PER_SECOND);

  const beat = async (): Promise<void> => {
    let noted = 0;
    let renewedAtMs = deps.clock.now().getTime();
    for (;;) {
      await deps.clock.sleep(tickMs, stopped.signal);
      if (stopped.signal.aborted || lost.signal.aborted) return;
      const askedAtMs = deps.clock.now().getTime();
      const scanned = scannedBytes();
      if (scanned === noted && askedAtMs - renewedAtMs < renewEveryMs) continue;
      const answer = await renew(inspection, scanned);
      if (answer === false) lost.abort(new FencedError('Another inspection has begun'));
      else if (answer === true) renewedAtMs = askedAtMs;
      else if (askedAtMs - renewedAtMs > deps.settings.leaseMs) lost.abort(answer);
      if (answer === true && scanned !== noted) announceProgress(deps.bus, file);
      if (answer === true) noted = scanned;
    }
  };
  const beating = beat();
  return {
    lost: lost.signal,
    stop() {
      stopped.abort();
      return beating;
    },
  };
}

/** Whether this attempt is still the current one; an error when the database did not say. */
const renew = ({ deps, scope, file }: Inspection, scannedBytes: number): Promise<boolean | Error> =>
  deps.files
    .transact(scope, (tx) => tx.renewInspection(file.id, file.attempt, scannedBytes, deps.settings.leaseMs))
    .catch((cause: unknown) => new TransientError('postgres', 'The lease could not be renewed', { cause }));
