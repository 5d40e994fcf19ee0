import type { Readable } from 'node:stream';
import { TransientError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import { withinDeadline } from './deadline.js';
import type { Stage } from './stage.js';

/** How a pass is bounded. */
export interface PassLimits {
  readonly clock: Clock;
  /** Longest wait for the next bytes of the body. */
  readonly stallMs: number;
  /** Ends the pass at once. */
  readonly signal: AbortSignal;
}

/**
 * Pushes a body through all stages, one chunk at a time: the next one is read when the slowest stage has
 * taken the last one. Nothing of it runs any more when this ends, however it ends.
 *
 * @throws what the body or a stage failed with, or the reason of the signal
 */
export async function runStages(
  body: Readable,
  stages: readonly Stage[],
  { clock, stallMs, signal }: PassLimits,
): Promise<void> {
  // Whoever reads the body learns of its failure; without a listener it would end the process.
  body.on('error', () => undefined);
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(asError(signal.reason)), { once: true });
  });
  try {
    signal.throwIfAborted();
    await Promise.race([stopped, pass(body, stages, () => stalled(stallMs), { clock, stallMs })]);
  } catch (error) {
    const reason = asError(error);
    body.destroy(reason);
    await all(stages.map((stage) => stage.abort?.(reason)));
    throw reason;
  } finally {
    body.destroy();
  }
}

async function pass(
  body: Readable,
  stages: readonly Stage[],
  late: () => Error,
  { clock, stallMs }: Omit<PassLimits, 'signal'>,
): Promise<void> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  for (;;) {
    const next = await withinDeadline(clock, chunks.next(), stallMs, late);
    if (next.done) break;
    const chunk = next.value;
    await all(stages.map((stage) => stage.push(chunk)));
  }
  await all(stages.map((stage) => stage.end()));
}

/** Called with everything under way already: a stage that works at once has failed before the next is asked. */
async function all(works: readonly (Promise<void> | void)[]): Promise<void> {
  await Promise.all(
    works.map(async (work) => {
      await work;
    }),
  );
}

const stalled = (stallMs: number): TransientError =>
  new TransientError('object-store', `The staged bytes stalled for ${String(stallMs)} ms`);

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error('The inspection was stopped', { cause: reason });
