import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Response } from 'graphql-sse';
import type { Window } from './sse-window.js';

/** Longest that one message may wait for the client to read. */
const WRITE_TIMEOUT_MS = 15_000;

/**
 * Writes what graphql-sse answers. The reply is hijacked, so the headers that others have set come along.
 * A client that does not read is cut off.
 */
export async function writeSse(reply: FastifyReply, [body, init]: Response, window: Window): Promise<void> {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(init.status, { ...presentHeaders(reply), ...init.headers, 'x-accel-buffering': 'no' });
  if (body === null || typeof body === 'string') {
    raw.end(body ?? undefined);
    return;
  }
  const stop = (): void => void body.return();
  raw.once('close', stop);
  try {
    for await (const message of body) {
      if (!(await write(raw, message))) break;
      if (message.startsWith('event: next')) window.leave();
    }
  } finally {
    raw.off('close', stop);
    raw.end();
  }
}

const presentHeaders = (reply: FastifyReply): Record<string, string | number | string[]> =>
  Object.fromEntries(
    Object.entries(reply.getHeaders()).filter(
      (entry): entry is [string, string | number | string[]] => entry[1] !== undefined,
    ),
  );

function write(raw: ServerResponse, message: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (!raw.writable) return resolve(false);
    const timer = setTimeout(() => raw.destroy(), WRITE_TIMEOUT_MS).unref();
    raw.write(message, (error) => {
      clearTimeout(timer);
      resolve(!error);
    });
  });
}
