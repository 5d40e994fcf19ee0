import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../domain/errors.js';
import type { Logger } from '../observability/logger.js';
import { checkWindows, RATE_WINDOW_MS } from './check-windows.js';
import { answerBareSocket } from './error-answers.js';
import { toProblem } from './problem.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What becomes of a body that arrives too slowly: an answer, or a broken connection without one, for protocols whose
     * clients go on after that and take every answer of the 400s for the end.
     *
     * @default 'answer'
     */
    slowBody?: 'answer' | 'cut';
  }
}

/** How slow a body may be. */
export interface BodyGuardOptions {
  /** A sender that stays below this for a window is cut off. Zero switches the guard off. */
  readonly minRateBytesPerSecond: number;
  /** @default 30000 */
  readonly windowMs?: number;
  /** How long the rest of a refused body is read, so that the sender gets to see the answer. @default 10000 */
  readonly drainMs?: number;
  readonly logger: Logger;
}

interface Watched {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  bytesBefore: number;
  windowEndsAt: number;
}

const DEFAULT_DRAIN_MS = 10_000;
const REQUEST_TIMEOUT = 408;
/** How long an answer may take to leave before its connection is broken. */
const LINGER_MS = 1_000;

/**
 * Bounds every body that arrives by its rate instead of by its duration, so that a long upload may take the
 * time it needs and a thousand clients at one byte a second may not. Senders that wait for us are not slow.
 */
export function addBodyGuard(app: FastifyInstance, options: BodyGuardOptions): void {
  const windowMs = options.windowMs ?? RATE_WINDOW_MS;
  const bodies = new Map<IncomingMessage, Watched>();
  checkWindows(app, windowMs, () => {
    checkAll(bodies, options, windowMs);
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (options.minRateBytesPerSecond > 0 && announcesBody(request.raw)) {
      watch(bodies, request, reply, windowMs);
    }
    done();
  });
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    if (!raw.complete) drain(raw, options.drainMs ?? DEFAULT_DRAIN_MS);
    done();
  });
}

// RFC 9112, section 6: the presence of a body is signalled by Content-Length or Transfer-Encoding.
const announcesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function watch(
  bodies: Map<IncomingMessage, Watched>,
  request: FastifyRequest,
  reply: FastifyReply,
  windowMs: number,
): void {
  const { raw } = request;
  const windowEndsAt = performance.now() + windowMs;
  bodies.set(raw, { request, reply, bytesBefore: raw.socket.bytesRead, windowEndsAt });
  raw.once('close', () => bodies.delete(raw));
}

function checkAll(bodies: Map<IncomingMessage, Watched>, options: BodyGuardOptions, windowMs: number): void {
  const now = performance.now();
  for (const [raw, watched] of bodies) {
    // A request that was answered early never closes by itself when its socket does.
    if (raw.complete || raw.destroyed || raw.socket.destroyed) bodies.delete(raw);
    else if (now >= watched.windowEndsAt && judge(raw, watched, options, windowMs)) bodies.delete(raw);
  }
}

/** @returns whether the sender was cut off */
function judge(raw: IncomingMessage, watched: Watched, options: BodyGuardOptions, windowMs: number): boolean {
  const received = raw.socket.bytesRead - watched.bytesBefore;
  const isWaitingForUs = raw.readableLength > 0;
  if (isWaitingForUs || received >= (options.minRateBytesPerSecond * windowMs) / 1000) {
    watched.bytesBefore = raw.socket.bytesRead;
    watched.windowEndsAt = performance.now() + windowMs;
    return false;
  }
  options.logger.info({ receivedBytes: received, windowMs }, 'a body arrived too slowly and was cut off');
  cutOff(raw, watched);
  return true;
}

/** RFC 9110, section 15.5.9: 408 says that the request did not come whole in time, and that it may be repeated. */
function cutOff({ socket }: IncomingMessage, { request, reply }: Watched): void {
  const isSilent = request.routeOptions.config.slowBody === 'cut';
  if (isSilent || reply.sent || reply.raw.headersSent || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = fault('RATE_LIMITED', { message: 'The body came more slowly than is accepted.' });
  answerBareSocket(socket, toProblem(refusal.fault, request.id, REQUEST_TIMEOUT), 'Request Timeout');
  // What has not been sent by then never will be; until then nobody reads from a sender that goes on.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

/** Reads on after an answer that came before the end of the body, and ends the connection if it takes long. */
function drain(raw: IncomingMessage, drainMs: number): void {
  raw.unpipe();
  raw.resume();
  const timer = setTimeout(() => raw.socket.destroy(), drainMs).unref();
  raw.once('close', () => {
    clearTimeout(timer);
  });
}
