import { randomInt } from 'node:crypto';
import type { Component } from '../src/lifecycle.js';
import type { Logger } from '../src/observability/logger.js';
import type { Metrics } from '../src/observability/metrics.js';
import type { Clock } from '../src/ports/clock.js';
import type { EventBus } from '../src/ports/event-bus.js';
import type { RelayReport } from '../src/usecases/relay-outbox.js';
import { createWake } from '../src/usecases/wake.js';
import { createLoop } from './loop.js';

/** What the relay worker needs. */
export interface RelayWorkerDeps {
  /** The use-case. */
  readonly relay: () => Promise<RelayReport>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'uploadTransitions'>;
  readonly logger: Logger;
}

/** Longest time that a committed change waits when its wake-up was lost. */
const POLL_MS = 500;
/** From one run that had something to do to the next at least, so that a busy minute is relayed in lots. */
const PAUSE_MS = 20;
const MAX_BACKOFF_MS = 5_000;

/**
 * Relays at once when something was committed after a quiet moment, and at the latest every half second. While the database is away
 * it tries less and less often, and says so once.
 */
export const createRelayWorker = (deps: RelayWorkerDeps): Component =>
  createLoop('outbox relay', async (signal) => {
    const wake = await createWake(deps, { kind: 'outbox' });
    let failures = 0;
    while (!signal.aborted) {
      const report = await attempt(deps, failures);
      failures = report ? 0 : failures + 1;
      if (report?.isFull) continue;
      if (report && report.published > 0) await deps.clock.sleep(PAUSE_MS, signal);
      await (report ? wake.wait(POLL_MS, signal) : deps.clock.sleep(backoffMs(failures), signal));
    }
    wake.close();
  });

async function attempt(deps: RelayWorkerDeps, failures: number): Promise<RelayReport | undefined> {
  try {
    const report = await deps.relay();
    if (failures > 0) deps.logger.info({ failures }, 'outbox relay works again');
    for (const { from, to } of report.changes) {
      deps.metrics.uploadTransitions.inc({ from: from ?? 'NONE', to });
    }
    return report;
  } catch (err) {
    if (failures === 0) deps.logger.error({ err }, 'outbox relay failed; it goes on trying');
    return undefined;
  }
}

/** Doubles up to a limit; the upper half of it is random, so that processes do not try in step. */
function backoffMs(failures: number): number {
  const fullMs = Math.min(MAX_BACKOFF_MS, POLL_MS * 2 ** Math.min(failures - 1, 8));
  return randomInt(fullMs / 2, fullMs);
}
