import { randomInt } from 'node:crypto';
import { whyNotListen } from '../../launch/free-port.js';

/** Below those that everything else draws from; see `launch/free-port.ts`. */
const FIRST_PORT = 10_000;
const WORKERS = 10;
const PORTS_OF_WORKER = 500;

let next = randomInt(PORTS_OF_WORKER);

/**
 * A port for a process of a product under test. One that was drawn is free for others until its server listens, which
 * takes seconds, and what listens there in its stead may seem to be that server. So test workers that run beside each other draw from
 * ports of their own, and none twice in a row.
 */
export async function productPort(): Promise<number> {
  const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % WORKERS;
  for (let tries = 0; tries < PORTS_OF_WORKER; tries += 1) {
    const port = FIRST_PORT + worker * PORTS_OF_WORKER + next;
    next = (next + 1) % PORTS_OF_WORKER;
    if ((await whyNotListen(port)) === null) return port;
  }
  throw new Error('No port is free for a product under test.');
}
