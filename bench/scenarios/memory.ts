import { MIB, type Bench } from '../bench.js';
import { measure } from '../meter.js';
import type { Goal, Report, Row } from '../report.js';

const SMALL_MIB = 64;
const WANTED_MIB = 200;
const POLL_MS = 100;
const PROCESSES = ['api', 'worker'];

/** A small and a large file from the first part to the verdict: memory must not follow the size. */
export async function measureMemory(bench: Bench): Promise<Report[]> {
  await bench.client.ask('warmUp', { kind: 'text' });
  const sizes = [SMALL_MIB, bench.options.uploadMib];
  const rows: Row[] = [];
  for (const sizeMib of sizes) rows.push({ '': `${String(sizeMib)} MiB`, ...(await peaks(bench, sizeMib)) });
  const goals = PROCESSES.map((name): Goal => {
    const measured = Math.max(...rows.map((row) => Number(row[`${name} MiB`])));
    return { goal: `${name} below ${String(WANTED_MIB)} MiB`, measured, isMet: measured < WANTED_MIB };
  });
  return [{ title: 'Highest resident set, from the first part to the verdict', rows, goals }];
}

async function peaks({ stack, client }: Bench, sizeMib: number): Promise<Row> {
  const { url } = stack;
  const job = { url, sizeBytes: sizeMib * MIB, parallel: 4, kind: 'text' };
  let fileId = '';
  const { usage } = await measure(stack.pids, async () => {
    const upload = await client.ask<{ fileId: string }>('open', job);
    ({ fileId } = upload);
    await client.ask('put', { upload, job });
    await client.ask('complete', { url, fileId });
    await client.ask('untilClean', { url, fileId, pollMs: POLL_MS });
  });
  await client.ask('discard', { url, fileId });
  const entries = Object.entries(usage).map(([name, { peakMib }]) => [`${name} MiB`, Math.round(peakMib)]);
  return Object.fromEntries(entries) as Row;
}
