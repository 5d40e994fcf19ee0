import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import type { Report, Row } from '../report.js';
import { quantile } from '../rounds.js';

const POLL_MS = 10;
const RETRY_MS = 100;
const GIVE_UP_MS = 120_000;
const CALM_MS = 1_000;
const IDLE_TIMES = 5;
/** Restarts of a process within ten minutes that its supervisor allows are more than this. */
const MAX_ROUNDS = 3;

/**
 * Kills one process after the other, and asks how long it takes until a file can be sent and gets its verdict: the time
 * to start it again included, and what a client that asks again notices.
 */
export async function measureRecovery(bench: Bench): Promise<Report[]> {
  const { stack, client, options } = bench;
  const idle: number[] = [];
  for (let time = 0; time < IDLE_TIMES; time += 1) idle.push(await untilVerdict(bench));
  const rows: Row[] = [{ '': 'nothing', 'median ms': quantile(idle), 'max ms': Math.max(...idle) }];
  for (const name of stack.killable) {
    const times: number[] = [];
    for (let round = 0; round < Math.min(options.rounds, MAX_ROUNDS); round += 1) {
      await stack.kill(name);
      times.push(await untilVerdict(bench));
      await delay(CALM_MS);
    }
    rows.push({ '': name, 'median ms': quantile(times), 'max ms': Math.max(...times) });
  }
  await client.ask('untilAllDecided', { url: stack.url });
  const title = 'Recovery: from kill -9 of a process to the verdict over a file that is sent after it';
  return [{ title, rows, goals: [] }];
}

/** Sends a tiny file again and again until one has its verdict. @returns milliseconds */
async function untilVerdict({ stack, client }: Bench): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const isDone = await client.ask('timeToVerdict', { url: stack.url, pollMs: POLL_MS }).then(
      () => true,
      () => false,
    );
    const elapsedMs = performance.now() - begun;
    if (isDone) return elapsedMs;
    if (elapsedMs > GIVE_UP_MS) throw new Error('The service did not come back.');
    await delay(RETRY_MS);
  }
}
