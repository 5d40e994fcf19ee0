import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the proxy does to a request instead of passing it on untouched. */
export type Mishap =
  /** Ends the connection before anything reaches the service. */
  | 'drop'
  /** Ends the connection in the middle of the body. */
  | 'drop-halfway'
  /** Passes the request on and loses the answer. */
  | 'lose-answer'
  /** 503 with `Retry-After`. */
  | 'busy';

/** A proxy that does what bad networks do. */
export interface LossyProxy {
  readonly url: string;
  /** What happened, in order: `PUT drop`. */
  readonly mishaps: readonly string[];
  readonly close: () => Promise<void>;
}

/** How the proxy decides. */
export interface LossyProxyOptions {
  readonly target: string;
  /** Asked for each request; `undefined` lets it through. */
  readonly decide: (method: string, path: string) => Mishap | undefined;
}

/**
 * Starts a proxy for plain HTTP; URLs of the service in its answers lead through the proxy as well. Upgrades are
 * refused, as some proxies do.
 */
export async function startLossyProxy({ target, decide }: LossyProxyOptions): Promise<LossyProxy> {
  const mishaps: string[] = [];
  const server = createServer((request, response) => {
    const method = request.method ?? 'GET';
    const mishap = decide(method, request.url ?? '/');
    if (mishap !== undefined) mishaps.push(`${method} ${mishap}`);
    if (mishap === 'drop') request.socket.destroy();
    else if (mishap === 'busy') refuse(request, response);
    else pass(target, own, request, response, mishap);
  });
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own,
    mishaps,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  request.once('end', () => response.writeHead(503, { 'retry-after': '1' }).end('busy'));
}

function pass(
  target: string,
  own: string,
  request: IncomingMessage,
  response: ServerResponse,
  mishap: Mishap | undefined,
): void {
  const headers = { ...request.headers, host: new URL(target).host };
  const onward = send(new URL(request.url ?? '/', target), { method: request.method, headers }, (answer) => {
    if (mishap === 'lose-answer') {
      answer.resume();
      answer.once('end', () => request.socket.destroy());
      return;
    }
    const isText = (answer.headers['content-type'] ?? '').includes('json');
    const { 'content-length': _length, ...kept } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, isText ? kept : answer.headers);
    response.flushHeaders();
    if (isText) {
      answer.setEncoding('utf8').on('data', (text: string) => response.write(text.replaceAll(target, own)));
    } else answer.on('data', (chunk: Buffer) => response.write(chunk));
    answer.once('end', () => response.end()).once('error', () => response.destroy());
  });
  onward.once('error', () => response.destroy());
  response.once('close', () => onward.destroy());
  let passedBytes = 0;
  const limit = mishap === 'drop-halfway' ? Number(request.headers['content-length'] ?? 0) / 2 : Infinity;
  request.on('data', (chunk: Buffer) => {
    passedBytes += chunk.length;
    if (passedBytes < limit) onward.write(chunk);
    else request.socket.destroy();
  });
  request.once('end', () => onward.end()).once('error', () => onward.destroy());
}
