import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { versionOf } from './mock-clamd.js';

/** A clamd whose definitions have a number, and may get newer. */
export interface NumberedClamd {
  /** As in `CLAMD_ADDRESSES`. */
  readonly address: string;
  /** From now on these definitions are in use, and find these texts wherever they stand in a stream. */
  load(version: number, found?: readonly string[]): void;
  /** Streams that were begun. */
  streams(): number;
  stop(): Promise<void>;
}

/**
 * Stands before the real clamd of the tests, which numbers nothing because its definitions are local: it answers VERSION
 * itself, and finds what the real one does not know.
 *
 * @param real - `tcp://host:port`
 */
export async function startNumberedClamd(real: string): Promise<NumberedClamd> {
  let version = 27_400;
  let found: readonly string[] = [];
  let streams = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client.on('error', () => undefined));
    client.once('data', (first) => {
      const command = first.toString('latin1');
      if (command.startsWith('zVERSION')) {
        client.end(`${versionOf(undefined, version)}\0`);
        return;
      }
      if (command.startsWith('zINSTREAM')) streams += 1;
      sockets.add(forward(client, first, real, found));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `tcp://127.0.0.1:${String(port)}`,
    load: (number, texts = []) => {
      version = number;
      found = texts;
    },
    streams: () => streams,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function forward(client: Socket, first: Buffer, real: string, found: readonly string[]): Socket {
  const { hostname, port } = new URL(real);
  const clamd = connect(Number(port), hostname).on('error', () => client.destroy());
  // The texts are short: it is enough to keep the end of what has passed.
  let seen = '';
  let isFound = false;
  const pass = (bytes: Buffer): void => {
    seen = seen.slice(-200) + bytes.toString('latin1');
    isFound ||= found.some((text) => seen.includes(text));
    clamd.write(bytes);
  };
  pass(first);
  client.on('data', pass).on('close', () => clamd.destroy());
  clamd.on('data', (reply) => {
    client.end(isFound ? 'stream: Late.Find FOUND\0' : reply);
  });
  return clamd;
}
