import type { Bench } from '../bench.js';
import type { Report } from '../report.js';
import { quantile } from '../rounds.js';
import { startHelper, type Helper } from '../start-helper.js';

const PARALLEL = 16;
const FLOOD_BYTES = 4_096;
const IDLE_TIMES = 5;
const POLL_MS = 2;
/** Of `LAZARET_QUEUE_WINDOW` where nothing else is set. */
const WINDOW = 64;
const TENANTS = 2;
/** Inspections of the same priority that may begin before a tenant's first one. @see docs/decisions/0021-fair-queues.md */
const BOUND = 2 * WINDOW + TENANTS - 1;

/** A tenant floods the service, and another one sends its first file: what stands before that in the queue. */
export async function measureFairness(bench: Bench): Promise<Report[]> {
  const other = startHelper('client-process');
  try {
    await other.ask('signInAs', { as: 'globex-admin' });
    return [await measure(bench, other)];
  } finally {
    await other.stop();
  }
}

async function measure({ stack, client, options }: Bench, other: Helper): Promise<Report> {
  const { url } = stack;
  const idle: number[] = [];
  for (let time = 0; time < IDLE_TIMES; time += 1) {
    idle.push(await other.ask<number>('timeToVerdict', { url, pollMs: POLL_MS }));
  }
  await whileStopped(stack.pids['worker'], () =>
    client.ask('sendSmallFiles', {
      ...{ url, count: options.files, sizeBytes: FLOOD_BYTES, parallel: PARALLEL, way: 'uploadFile' },
    }),
  );
  const before = await client.ask<number>('countFiles', { url, states: ['SCANNING'] });
  const underFlood = await other.ask<number>('timeToVerdict', { url, pollMs: POLL_MS });
  const overtaken = await client.ask<number>('countFiles', { url, states: ['SCANNING'] });
  const begun = performance.now();
  await client.ask('untilAllDecided', { url });
  const restMs = performance.now() - begun;
  const served = before - overtaken;
  const row = {
    '': `${String(before)} files of another tenant wait`,
    'first file, idle ms': quantile(idle),
    'under flood ms': underFlood,
    'served before it': served,
    'rest of the flood ms': restMs,
  };
  const goal = `at most ${String(BOUND)} inspections before the first one of another tenant`;
  return {
    title: 'Fairness: the first file of a tenant while another one floods the service',
    rows: [row],
    goals: [{ goal, measured: served, isMet: served <= BOUND }],
  };
}

/** The flood has to wait as a whole, however fast the worker is beside the sender. */
async function whileStopped(pid: number | undefined, work: () => Promise<unknown>): Promise<void> {
  if (pid === undefined) throw new Error('There is no worker.');
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
