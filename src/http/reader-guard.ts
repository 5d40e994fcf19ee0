import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../observability/logger.js';
import { checkWindows, RATE_WINDOW_MS } from './check-windows.js';

/** How slowly an answer may be read. */
export interface ReaderGuardOptions {
  /** A reader that stays below this for a window is cut off. Zero switches the guard off. */
  readonly minRateBytesPerSecond: number;
  /** @default 30000 */
  readonly windowMs?: number;
  readonly logger: Logger;
}

interface Watched {
  bytesBefore: number;
  windowEndsAt: number;
}

/**
 * Bounds every answer that is streamed by the rate at which it is read: until its end it holds a connection, and with it
 * one of the store. A reader that waits for us is not slow.
 */
export function addReaderGuard(app: FastifyInstance, options: ReaderGuardOptions): void {
  const windowMs = options.windowMs ?? RATE_WINDOW_MS;
  if (options.minRateBytesPerSecond === 0) return;
  const answers = new Map<ServerResponse, Watched>();
  checkWindows(app, windowMs, () => {
    checkAll(answers, options, windowMs);
  });
  app.addHook('onSend', (_request, { raw }, payload, done) => {
    if (payload instanceof Readable) answers.set(raw, beginWindow(raw, windowMs));
    done(null, payload);
  });
}

const beginWindow = (raw: ServerResponse, windowMs: number): Watched => ({
  bytesBefore: raw.socket?.bytesWritten ?? 0,
  windowEndsAt: performance.now() + windowMs,
});

function checkAll(
  answers: Map<ServerResponse, Watched>,
  { minRateBytesPerSecond, logger }: ReaderGuardOptions,
  windowMs: number,
): void {
  const now = performance.now();
  for (const [raw, { bytesBefore, windowEndsAt }] of answers) {
    if (raw.destroyed || raw.closed || raw.writableFinished) {
      answers.delete(raw);
    } else if (now >= windowEndsAt) {
      const readBytes = (raw.socket?.bytesWritten ?? 0) - bytesBefore;
      const isWaitingForUs = !raw.writableNeedDrain;
      answers.set(raw, beginWindow(raw, windowMs));
      if (isWaitingForUs || readBytes >= (minRateBytesPerSecond * windowMs) / 1000) continue;
      logger.info({ readBytes, windowMs }, 'an answer was read too slowly and was cut off');
      raw.destroy();
    }
  }
}
