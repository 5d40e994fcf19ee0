import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../launch/free-port.js';

/** A product of its own, started as `npm start` does. */
export interface OwnProduct {
  readonly url: string;
  /** Ends it in order and removes its data. */
  stop(): Promise<void>;
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 90_000;

/** Starts everything on free ports with a data directory of its own, and waits until it is ready. */
export async function startOwnProduct(): Promise<OwnProduct> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-product-'));
  const [port, metrics, workerMetrics] = await Promise.all([freePort(), freePort(), freePort()]);
  let said = '';
  const child = spawn(process.execPath, ['launch/bootstrap.mjs', 'start'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      LAZARET_PORT: String(port),
      LAZARET_METRICS_PORT: String(metrics),
      LAZARET_WORKER_METRICS_PORT: String(workerMetrics),
      LAZARET_DATA_DIR: path.join(directory, 'data'),
    },
  });
  for (const stream of [child.stdout, child.stderr])
    {stream.on('data', (chunk: Buffer) => (said += chunk.toString()));}
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const until = performance.now() + START_TIMEOUT_MS;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || performance.now() > until) {
      await stop();
      throw new Error(`The product did not become ready. It said:\n${said}`);
    }
    await sleep(200);
  }
  return { url, stop };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
