import type { Bench } from '../bench.js';
import type { Report } from '../report.js';
import { quantile } from '../rounds.js';

const TIMES = 30;
const WARM_UP = 5;
const POLL_MS = 2;
const WANTED_MS = 150;

/** One tiny file at a time on an idle service: how long its completion takes to become a verdict. */
export async function measureLatency({ stack, client }: Bench): Promise<Report[]> {
  const times: number[] = [];
  for (let time = 0; time < WARM_UP + TIMES; time += 1) {
    const ms = await client.ask<number>('timeToVerdict', { url: stack.url, pollMs: POLL_MS });
    if (time >= WARM_UP) times.push(ms);
  }
  const p50 = quantile(times);
  return [
    {
      title: 'A tiny file on an idle service, from completion to verdict',
      rows: [{ '': 'Lazaret', 'p50 ms': p50, 'p90 ms': quantile(times, 0.9), 'max ms': Math.max(...times) }],
      goals: [{ goal: `p50 below ${String(WANTED_MS)} ms`, measured: p50, isMet: p50 < WANTED_MS }],
    },
  ];
}
