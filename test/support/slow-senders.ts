import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Senders that bring one byte a second. */
export interface SlowSenders {
  /** Opens a request that promises a body, and never brings much of it. */
  begin(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<void>;
  count(): number;
  /** All of them vanish, half of them without a goodbye. */
  vanish(): void;
}

const DRIP_MS = 1_000;

/** Begins with none. */
export function openSlowSenders(bodyBytes: number): SlowSenders {
  const sockets: Socket[] = [];
  const drip = setInterval(() => {
    for (const socket of sockets) socket.write('x');
  }, DRIP_MS);
  return {
    begin: async (method, url, headers) => {
      const { hostname, port, pathname } = new URL(url);
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      const fields = { Host: 'x', 'Content-Length': String(bodyBytes), ...headers };
      const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`${method} ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`);
      sockets.push(socket);
    },
    count: () => sockets.length,
    vanish: () => {
      clearInterval(drip);
      sockets.forEach((socket, index) => {
        if (index % 2 === 0) socket.resetAndDestroy();
        else socket.destroy();
      });
    },
  };
}
