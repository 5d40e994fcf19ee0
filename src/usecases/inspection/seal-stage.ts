import { TransientError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { ObjectStore } from '../../ports/object-store.js';
import { withinDeadline } from './deadline.js';
import { createHandover } from './handover.js';
import type { Stage } from './stage.js';

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
  const copy = createHandover();
  const stop = new AbortController();
  const written = objects.write({ area: 'vault', key }, sizeBytes, copy.chunks, stop.signal);
  written.then(
    () => copy.fail(lost()),
    (error: unknown) => copy.fail(asError(error)),
  );
  return {
    push: (chunk) => withinDeadline(clock, copy.offer(chunk), WRITE_STALL_MS, stalled),
    end() {
      copy.end();
      return withinDeadline(clock, written, FINISH_MS, stalled);
    },
    async abort(reason) {
      copy.fail(reason);
      stop.abort(reason);
      await withinDeadline(clock, written, STOP_MS, stalled).catch(() => undefined);
    },
  };
}

const stalled = (): TransientError => new TransientError('object-store', 'The sealed copy stalled');
const lost = (): TransientError => new TransientError('object-store', 'The sealed copy was given up');
const asError = (cause: unknown): Error =>
  cause instanceof Error ? cause : new TransientError('object-store', 'The sealed copy failed', { cause });
