import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line between clients and a server that can be held and cut. */
export interface HeldLine {
  readonly port: number;
  /** Bytes that clients have sent through it so far. */
  sentBytes(): number;
  /** Lets so many more bytes of clients pass, and then none until it is told otherwise. */
  holdAfter(bytes: number): void;
  release(): void;
  /** Breaks every connection, as a lost network does. */
  cut(): void;
  close(): Promise<void>;
}

/**
 * Opens a line to a port of this machine. What it holds back stays with the client, so that a test knows how far a
 * transfer can have come, however fast the machine is.
 *
 * @param target - asked when a client connects
 */
export async function openLine(target: () => number): Promise<HeldLine> {
  const sockets = new Set<Socket>();
  const waiting = new Set<Socket>();
  let sent = 0;
  let limit = Infinity;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const upstream = connect(target(), '127.0.0.1');
    keep(client);
    keep(upstream);
    client.on('data', (chunk) => {
      sent += chunk.length;
      const isTaken = upstream.write(chunk);
      if (sent < limit && isTaken) return;
      client.pause();
      waiting.add(client);
      if (!isTaken) upstream.once('drain', () => resume(client));
    });
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const resume = (client: Socket): void => {
    if (sent >= limit) return;
    waiting.delete(client);
    client.resume();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sentBytes: () => sent,
    holdAfter: (bytes) => {
      limit = sent + bytes;
      for (const client of waiting) resume(client);
    },
    release: () => {
      limit = Infinity;
      for (const client of waiting) resume(client);
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
      waiting.clear();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
