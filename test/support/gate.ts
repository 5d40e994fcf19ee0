import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be shut for a while. */
export interface Gate {
  readonly port: number;
  /** Lets everybody through who has waited, and whoever comes. */
  open(): void;
  close(): Promise<void>;
}

/** Takes connections for a server and keeps them waiting until it is opened. */
export async function startGate(target: { readonly host: string; readonly port: number }): Promise<Gate> {
  const opened = Promise.withResolvers<undefined>();
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    keep(client);
    void opened.promise.then(() => {
      if (client.destroyed) return;
      const behind = keep(connect({ ...target, allowHalfOpen: true }));
      client.pipe(behind).pipe(client);
      client.once('close', () => behind.destroy());
      behind.once('close', () => client.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open: () => {
      opened.resolve(undefined);
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
