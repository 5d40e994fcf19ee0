import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startError } from './start-error.mjs';

const POLL_MS = 500;
const MAX_WAIT_MS = 15 * 60_000;

/**
 * Runs work while no other command of this clone does: two `npm ci` at once ruin node_modules. The lock is a name that
 * the kernel takes back however its holder ends; a file with the number of a process would hold up everybody once that
 * number has been given to another one, which in a container is soon. There is no package to do this with before the
 * packages are there.
 *
 * @param {string} root of the repository
 * @param {() => Promise<void>} work
 */
export async function withInstallLock(root, work) {
  // Not its path: a clone may have several, and containers that share a network each another clone at the same.
  const { dev, ino } = statSync(root, { bigint: true });
  const name = `\0lazaret-install-${dev}-${ino}`;
  const givesUpAt = Date.now() + MAX_WAIT_MS;
  let lock = await take(name);
  if (lock === null) console.log('Another command is installing the npm packages; waiting for it ...');
  while (lock === null) {
    if (Date.now() > givesUpAt) {
      throw startError('Another command has been installing the npm packages for too long: end it.');
    }
    await delay(POLL_MS);
    lock = await take(name);
  }
  try {
    await work();
  } finally {
    lock.close();
  }
}

/** @returns {Promise<import('node:net').Server | null>} null while another process has the name */
async function take(name) {
  const server = createServer((socket) => socket.destroy());
  try {
    await once(server.listen(name), 'listening');
    return server;
  } catch (error) {
    if (error.code === 'EADDRINUSE') return null;
    throw error;
  }
}
