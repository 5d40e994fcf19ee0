import { GIB, MB, MIB, type Bench } from '../bench.js';
import { measure, type Sample } from '../meter.js';
import { usageColumns, type Report, type Row } from '../report.js';
import { takeTurns } from '../rounds.js';

const WANTED_RATIO = 1.1;
const WANTED_MIB = 200;
const POLL_MS = 50;

/** From completion to verdict, beside clamd with the same bytes and nothing around it. */
export async function measureScan(bench: Bench): Promise<Report[]> {
  return [await scanKind(bench, 'random'), await scanKind(bench, 'text')];
}

async function scanKind(bench: Bench, kind: 'random' | 'text'): Promise<Report> {
  const sizeBytes = bench.options.scanMib * MIB;
  await bench.client.ask('warmUp', { kind });
  const results = await takeTurns(bench.options.rounds, [
    { name: 'Lazaret', run: () => scanByProduct(bench, sizeBytes, kind) },
    { name: 'clamd alone', run: () => scanByClamd(bench, sizeBytes, kind) },
  ]);
  const [product, raw] = results;
  const ratio = (product?.seconds ?? 0) / (raw?.seconds ?? 1);
  const peak = product?.usage['worker']?.peakMib ?? 0;
  const rows = results.map(({ name, seconds, usage }): Row => ({
    '': name,
    seconds,
    'MB/s': sizeBytes / MB / seconds,
    'x clamd': seconds / (raw?.seconds ?? 1),
    ...usageColumns(usage, sizeBytes / GIB, 'GiB'),
  }));
  return {
    title: `Scan of ${String(bench.options.scanMib)} MiB, ${kind}, to verdict`,
    rows,
    goals: [
      {
        goal: `within ${String(WANTED_RATIO)} of clamd alone`,
        measured: ratio,
        isMet: ratio <= WANTED_RATIO,
      },
      { goal: `worker below ${String(WANTED_MIB)} MiB`, measured: peak, isMet: peak < WANTED_MIB },
    ],
  };
}

async function scanByProduct({ stack, client }: Bench, sizeBytes: number, kind: string): Promise<Sample> {
  const { url, pids } = stack;
  const job = { url, sizeBytes, parallel: 2, kind };
  const upload = await client.ask<{ fileId: string }>('open', job);
  await client.ask('put', { upload, job });
  const file = { url, fileId: upload.fileId, pollMs: POLL_MS };
  const watched = { worker: pids['worker'] ?? 0, clamd: pids['clamd'] ?? 0, postgres: pids['postgres'] ?? 0 };
  const sample = await measure(watched, async () => {
    await client.ask('complete', file);
    await client.ask('untilClean', file);
  });
  await client.ask('discard', file);
  return sample;
}

const scanByClamd = ({ stack, client }: Bench, sizeBytes: number, kind: string): Promise<Sample> =>
  measure({ clamd: stack.pids['clamd'] ?? 0 }, () =>
    client.ask('scanRaw', { port: stack.clamd.port, sizeBytes, kind }),
  );
