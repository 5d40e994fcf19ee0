import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** A body whose end does not end the connection. */
export interface DetachedBody {
  readonly body: Readable;
  /** Aborts when the client is gone before its body has ended. */
  readonly signal: AbortSignal;
  /** Bytes that have arrived so far. */
  receivedBytes(): number;
}

/**
 * Hands the bytes of a request on in a stream of their own. Whoever reads a request directly and gives up
 * destroys its socket with it, and the client never sees why; this one leaves the connection intact so that
 * a refusal can be answered. Backpressure goes through.
 */
export function detachBody(raw: IncomingMessage): DetachedBody {
  const gone = new AbortController();
  let receivedBytes = 0;
  let hasEnded = false;
  const body = new Readable({
    highWaterMark: raw.readableHighWaterMark,
    read: () => raw.resume(),
    destroy: (error, done) => {
      // Its end is still heard: a client whose bytes have all come waits for an answer, also where nobody reads them.
      raw.off('data', take);
      done(error);
    },
  });
  const take = (chunk: Buffer): void => {
    receivedBytes += chunk.length;
    if (!body.push(chunk)) raw.pause();
  };
  const finish = (): void => {
    hasEnded = true;
    if (!body.destroyed) body.push(null);
  };
  const vanish = (): void => {
    if (hasEnded) return;
    const error = new Error('The client went away before its body had ended.');
    gone.abort(error);
    body.destroy(error);
  };
  raw.on('data', take).on('end', finish).once('close', vanish);
  raw.pause();
  // Destroyed with an error while nobody listens would end the process.
  body.on('error', () => undefined);
  // The client may have gone while nobody was looking yet; what it had sent is gone with it.
  if (raw.destroyed) vanish();
  return { body, signal: gone.signal, receivedBytes: () => receivedBytes };
}
