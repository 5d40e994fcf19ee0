import { openLine } from './held-line.js';

/** A line to a server that can be lost and found. */
export interface BreakableLine {
  readonly port: number;
  /** Breaks every connection, and refuses new ones from now on. */
  lose(): void;
  /** Keeps every connection, and carries no byte of a client from now on: the server seems to say nothing. */
  silence(): void;
  /** Works again, for connections that are made from now on. */
  find(): void;
  close(): Promise<void>;
}

/** Nobody listens there. */
const DEAD_PORT = 1;

/** Opens a line to a port of this machine. */
export async function openBreakableLine(port: number): Promise<BreakableLine> {
  let target = port;
  let isBroken = false;
  const line = await openLine(() => target);
  return {
    port: line.port,
    lose: () => {
      isBroken = true;
      target = DEAD_PORT;
      line.cut();
    },
    silence: () => {
      isBroken = true;
      line.holdAfter(0);
    },
    find: () => {
      if (!isBroken) return;
      isBroken = false;
      target = port;
      line.cut();
      line.release();
    },
    close: () => line.close(),
  };
}
