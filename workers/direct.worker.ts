import type { Component } from '../src/lifecycle.js';
import type { Logger } from '../src/observability/logger.js';
import type { DueFile } from '../src/ports/backlog.js';
import type { Clock } from '../src/ports/clock.js';
import { createLoop } from './loop.js';

/** What following parts that go straight to the store needs. */
export interface DirectWorkerDeps {
  /** Uploads whose turn it is. */
  readonly dueListings: (limit: number) => Promise<readonly DueFile[]>;
  /** The use-case. */
  readonly followDirect: (due: DueFile, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const INTERVAL_MS = 300;
/** How long to wait when the database or the store is away. */
const FAILED_INTERVAL_MS = 5_000;
/** Uploads that one round looks at. */
const MAX_UPLOADS = 64;
/** Uploads that the store is asked about at the same time. */
const WIDTH = 8;

/** Keeps the ledgers of uploads up to date whose parts go straight to the store; idle ones ever more rarely. */
export const createDirectWorker = (deps: DirectWorkerDeps): Component =>
  createLoop('direct transfers', async (signal) => {
    while (!signal.aborted) {
      const isWell = await lookOnce(deps, signal);
      await deps.clock.sleep(isWell ? INTERVAL_MS : FAILED_INTERVAL_MS, signal);
    }
  });

async function lookOnce(deps: DirectWorkerDeps, signal: AbortSignal): Promise<boolean> {
  try {
    const due = await deps.dueListings(MAX_UPLOADS);
    for (let start = 0; start < due.length && !signal.aborted; start += WIDTH) {
      const looks = due.slice(start, start + WIDTH).map((file) => deps.followDirect(file, signal));
      const failure = (await Promise.allSettled(looks)).find((look) => look.status === 'rejected');
      if (failure) deps.logger.warn({ err: failure.reason as unknown }, 'parts not listed');
    }
    return true;
  } catch (err) {
    deps.logger.warn({ err }, 'due listings not read');
    return false;
  }
}
