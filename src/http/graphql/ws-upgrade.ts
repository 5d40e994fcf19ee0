import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Path that WebSockets are opened on. */
const PATH = '/graphql';

/** Why a connection is not upgraded, as an HTTP answer. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly reason: string;
}

/**
 * Decides whether a request to upgrade is one of ours. A browser always says which origin its page has;
 * whoever says none is no browser and brings a token instead.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-10.2
 */
export function refuseUpgrade(
  { url, headers }: IncomingMessage,
  allowedOrigins: readonly string[],
): UpgradeRefusal | undefined {
  if ((url ?? '').split('?')[0] !== PATH) return { status: 404, reason: 'Not Found' };
  const { origin, host } = headers;
  if (origin === undefined || allowedOrigins.includes(origin) || hostOf(origin) === host) return undefined;
  return { status: 403, reason: 'Forbidden' };
}

/** Answers a request to upgrade with a plain HTTP answer. */
export function answerUpgrade(socket: Duplex, { status, reason }: UpgradeRefusal): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${String(status)} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
