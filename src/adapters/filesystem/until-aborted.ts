import type { LentChunks } from '../../ports/object-store.js';

/**
 * Passes chunks on as they are asked for. Throws the reason of the signal as soon as it aborts, although the next chunk may
 * never come; what is being done with the one before is not cut off.
 */
export async function* untilAborted(body: LentChunks, signal: AbortSignal): LentChunks {
  const chunks = body[Symbol.asyncIterator]();
  let stop: (reason: unknown) => void = () => undefined;
  const abort = (): void => {
    stop(signal.reason);
  };
  signal.addEventListener('abort', abort);
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await new Promise<IteratorResult<Uint8Array, unknown>>((resolve, reject) => {
        stop = reject;
        chunks.next().then(resolve, reject);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not waited for: it ends once the chunk has come that nobody wants any more.
    chunks.return?.().catch(() => undefined);
  }
}
