import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { startError } from './start-error.mjs';

const NEEDED_MAJOR = 24;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
const PARENT_CHECK_MS = 1_000;
const SIGNAL_EXIT_BASE = 128;

/**
 * The Node to go on with.
 *
 * @returns {string | null} null when this one is new enough
 */
export function neededNode(root) {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) return null;
  const platform = `${process.platform}-${process.arch}`;
  const node = path.join(root, 'node_modules', `node-${platform}`, 'bin', 'node');
  if (existsSync(node)) return node;
  throw startError(
    `Node ${NEEDED_MAJOR} is needed, this is ${process.version}, and there is no package of it for ${platform}: ` +
      'install it from https://nodejs.org and run the command again.',
  );
}

/**
 * Runs the command under another Node and ends as it ends.
 *
 * The two share a channel: when this process is killed without a word, the other notices and ends in order.
 *
 * @returns {Promise<number>} the exit code
 */
export function handOver(node, args) {
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  // A terminal sends Ctrl-C to both; passing it on as well does no harm, and a kill reaches this one alone.
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  const watch = watchParent(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      if (child.connected) child.disconnect();
      resolve(code ?? SIGNAL_EXIT_BASE + constants.signals[signal]);
    });
  });
}

/** Ends this process in order when the one that started it, and handed over, is gone. */
export function followParent() {
  const end = () => process.kill(process.pid, 'SIGTERM');
  if (process.connected) {
    process.once('disconnect', end);
    process.channel?.unref();
  } else watchParent(end)?.unref();
}

/** npm that is killed without a word leaves us behind; somebody who ran us without npm may want just that. */
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onGone();
  }, PARENT_CHECK_MS);
  return watch;
}
