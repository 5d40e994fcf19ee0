import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A line to one server that fails as networks do. */
export interface RoughLine {
  /** Of 127.0.0.1; stays the same. */
  readonly port: number;
  /** Resets every connection, in the middle of whatever passes. */
  reset(): void;
  /** Holds back what passes, in both directions, for a while; nothing is lost. */
  stall(ms: number): Promise<void>;
  /**
   * Loses what passes for a while and tells nobody: both ends believe in a connection that is gone. In the end the other
   * side of each is told by a reset.
   */
  silence(ms: number): Promise<void>;
  /** Resets every connection and takes no new one for a while. */
  close(ms: number): Promise<void>;
  /** For good. */
  stop(): Promise<void>;
}

type Mood = 'passing' | 'stalled' | 'silent';

/**
 * Opens a line to a port of this machine.
 *
 * @param target - asked for each connection, since a server that was started again may be another one
 */
export async function openRoughLine(target: () => number): Promise<RoughLine> {
  const pairs = new Set<Pair>();
  let mood: Mood = 'passing';
  const server = createServer((client) => {
    const pair = join(client, connect(target(), '127.0.0.1'));
    pairs.add(pair);
    pair.set(mood);
    client.once('close', () => pairs.delete(pair));
  });
  const port = await listen(server, 0);
  const reset = (): void => {
    for (const pair of pairs) pair.reset();
  };
  const during = async (ms: number, kind: Mood): Promise<void> => {
    mood = kind;
    for (const pair of pairs) pair.set(kind);
    await sleep(ms);
    mood = 'passing';
    for (const pair of pairs) pair.set('passing');
  };
  return {
    port,
    reset,
    stall: (ms) => during(ms, 'stalled'),
    silence: (ms) => during(ms, 'silent'),
    close: async (ms) => {
      const closed = new Promise((resolve) => server.close(resolve));
      reset();
      await closed;
      await sleep(ms);
      await listen(server, port);
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      reset();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return (server.address() as AddressInfo).port;
}

/** One connection from end to end. */
interface Pair {
  set(mood: Mood): void;
  reset(): void;
}

function join(client: Socket, upstream: Socket): Pair {
  let mood: Mood = 'passing';
  let hasLost = false;
  const reset = (): void => {
    for (const socket of [client, upstream]) socket.resetAndDestroy();
  };
  const pass = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => {
      if (mood === 'silent') hasLost = true;
      else if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => mood !== 'stalled' && from.resume());
      }
    });
    from.on('error', () => undefined);
    from.once('end', () => mood !== 'silent' && to.end());
    from.once('close', () => mood !== 'silent' && to.destroy());
  };
  pass(client, upstream);
  pass(upstream, client);
  return {
    reset,
    set: (next) => {
      mood = next;
      if (next === 'stalled') for (const socket of [client, upstream]) socket.pause();
      if (next !== 'passing') return;
      // What was lost cannot be made up for: a stream with a hole in it must not go on.
      if (hasLost || client.destroyed || upstream.destroyed) reset();
      else for (const socket of [client, upstream]) socket.resume();
    },
  };
}
