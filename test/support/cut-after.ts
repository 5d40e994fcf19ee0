import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

/** A proxy before a database that cuts or holds one connection. */
export interface Cutter {
  /** Like the URL of the database, through the proxy. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Cuts the first connection over which a client sends the marker, before the server sees it; everything else
 * passes.
 *
 * @param isHeld - the connection stays open instead, and nothing comes through any more
 */
export async function cutAfter(databaseUrl: string, marker: string, isHeld = false): Promise<Cutter> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isArmed = true;
  const server = createServer((client) => {
    const upstream = createConnection({ host: target.hostname, port: Number(target.port) });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk) => {
      if (!isArmed || !chunk.includes(marker)) return void upstream.write(chunk);
      isArmed = false;
      if (isHeld) return void client.pause();
      client.destroy();
      upstream.destroy();
    });
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
