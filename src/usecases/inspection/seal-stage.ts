import { PassThrough } from 'node:stream';
import { TransientError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { ObjectStore } from '../../ports/object-store.js';
import { withinDeadline } from './deadline.js';
import type { Stage } from './stage.js';

/** Bytes of the copy that may wait for the store. */
export const SEAL_BUFFER_BYTES = 1024 * 1024;
/** Longest wait for the store to take the next bytes of the copy. */
const WRITE_STALL_MS = 60_000;
/** Longest wait for the store to make the copy durable after its last byte. */
const FINISH_MS = 300_000;
/** Longest wait for a write to stop that was told to. */
const STOP_MS = 5_000;

/** Writes the sealed copy: what was scanned, and nothing else, is what will be served. */
export function createSealStage(
  { objects, clock }: { readonly objects: ObjectStore; readonly clock: Clock },
  key: string,
  sizeBytes: number,
): Stage {
  const copy = new PassThrough({ highWaterMark: SEAL_BUFFER_BYTES });
  const stop = new AbortController();
  const written = objects.write({ area: 'vault', key }, sizeBytes, copy, stop.signal);
  written.catch((error: unknown) => void copy.destroy(asError(error)));
  // Whoever pushes learns of a failure from the push; without a listener it would end the process.
  copy.on('error', () => undefined);
  return {
    async push(chunk) {
      if (copy.destroyed) throw copy.errored ?? lost();
      if (!copy.write(chunk)) await withinDeadline(clock, drained(copy), WRITE_STALL_MS, stalled);
    },
    end() {
      copy.end();
      return withinDeadline(clock, written, FINISH_MS, stalled);
    },
    async abort(reason) {
      stop.abort(reason);
      copy.destroy(reason);
      await withinDeadline(clock, written, STOP_MS, stalled).catch(() => undefined);
    },
  };
}

const drained = (copy: PassThrough): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (): void => {
      copy.off('drain', settle).off('close', settle);
      if (copy.destroyed) reject(copy.errored ?? lost());
      else resolve();
    };
    copy.on('drain', settle).on('close', settle);
  });

const stalled = (): TransientError => new TransientError('object-store', 'The sealed copy stalled');
const lost = (): TransientError => new TransientError('object-store', 'The sealed copy was given up');
const asError = (cause: unknown): Error =>
  cause instanceof Error ? cause : new TransientError('object-store', 'The sealed copy failed', { cause });
