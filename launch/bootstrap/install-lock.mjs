import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startError } from './start-error.mjs';

const POLL_MS = 500;
const MAX_WAIT_MS = 15 * 60_000;

/**
 * Runs work while no other command of this clone does: two `npm ci` at once ruin node_modules. A lock whose
 * process is gone does not count. There is no package to do this with before the packages are there.
 *
 * @param {string} file that names the process at work
 * @param {() => Promise<void>} work
 */
export async function withInstallLock(file, work) {
  const givesUpAt = Date.now() + MAX_WAIT_MS;
  for (let isTold = false; !take(file); isTold = true) {
    if (!isTold) console.log('Another command is installing the npm packages; waiting for it ...');
    if (Date.now() > givesUpAt) {
      throw startError(`Another command has been installing for too long: end it, or remove ${file}.`);
    }
    await delay(POLL_MS);
  }
  try {
    await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isAlive(readHolder(file))) rmSync(file, { force: true });
    return false;
  }
}

/** An empty file is one that is just being written. */
const readHolder = (file) => {
  try {
    return Number(readFileSync(file, 'utf8')) || process.pid;
  } catch {
    return process.pid;
  }
};

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
