import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { StartError } from './start-error.js';

/** Below the range from which systems take the ports of outgoing connections: nobody gets there by chance. */
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;
const MAX_TRIES = 100;

/**
 * A TCP port of 127.0.0.1 that nobody listens on at this moment.
 *
 * @param preferred - taken when it is free; else, or when absent, one is drawn
 * @throws StartError when none is found
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isPortFree(preferred))) return preferred;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isPortFree(port)) return port;
  }
  throw new StartError(`No free port was found between ${FIRST_PORT} and ${LAST_PORT}.`);
}

/** Whether a server could listen there, on 127.0.0.1, now. */
const isPortFree = async (port: number): Promise<boolean> => (await whyNotListen(port)) === null;

/**
 * Why a server could not listen there now, as the code of the system.
 *
 * @param host - @default 127.0.0.1
 * @returns null where it could
 */
export async function whyNotListen(port: number, host = '127.0.0.1'): Promise<string | null> {
  const server = createServer();
  const reason = await new Promise<string | null>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    server.listen({ host, port, exclusive: true }, () => {
      resolve(null);
    });
  });
  if (reason === null) await new Promise((resolve) => server.close(resolve));
  return reason;
}
