import type { FastifyInstance } from 'fastify';

/** How long a rate is watched before it is judged, in milliseconds. */
export const RATE_WINDOW_MS = 30_000;

/** Calls often enough to end windows in time, for as long as the server lives. */
export function checkWindows(app: FastifyInstance, windowMs: number, check: () => void): void {
  const timer = setInterval(check, windowMs / 10).unref();
  app.addHook('onClose', (_instance, done) => {
    clearInterval(timer);
    done();
  });
}
