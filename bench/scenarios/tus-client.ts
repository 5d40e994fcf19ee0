import path from 'node:path';
import { MB, MIB, type Bench } from '../bench.js';
import { measure } from '../meter.js';
import type { Goal, Report, Row } from '../report.js';

const WANTED_MIB = 200;
const POLL_MS = 100;
const WAYS = [
  { name: 'single request', options: {} },
  { name: 'chunks of 8 MiB', options: { chunkSize: 8 * MIB } },
  { name: 'parallelUploads 4', options: { parallelUploads: 4 } },
];

/** A large file by tus-js-client in each of its ways, until it is clean. */
export async function measureTusClient({ stack, client, options }: Bench): Promise<Report[]> {
  const { url, pids } = stack;
  const sizeBytes = options.uploadMib * MIB;
  const file = path.join(stack.scratch, 'tus-client.bin');
  const sha256 = await client.ask<string>('makeFile', { file, sizeBytes });
  const rows: Row[] = [];
  for (const way of WAYS) {
    let fileId = '';
    let sentMs = 0;
    const begun = performance.now();
    const { seconds, usage } = await measure(pids, async () => {
      fileId = await client.ask<string>('sendByTusClient', { url, file, ...way.options });
      sentMs = performance.now() - begun;
      const stored = await client.ask<string>('untilClean', { url, fileId, pollMs: POLL_MS });
      if (stored !== sha256) {
        throw new Error(`${way.name}: the file has SHA-256 ${stored}, sent was ${sha256}`);
      }
    });
    await client.ask('discard', { url, fileId });
    rows.push({
      '': way.name,
      'MB/s sent': (sizeBytes / MB / sentMs) * 1_000,
      's to verdict': seconds,
      'api MiB': Math.round(usage['api']?.peakMib ?? 0),
      'worker MiB': Math.round(usage['worker']?.peakMib ?? 0),
    });
  }
  return [
    {
      title: `tus-js-client: ${String(options.uploadMib)} MiB, from the first byte to the verdict`,
      rows,
      goals: goalsOf(rows),
    },
  ];
}

const goalsOf = (rows: readonly Row[]): Goal[] =>
  ['api MiB', 'worker MiB'].map((column): Goal => {
    const measured = Math.max(...rows.map((row) => Number(row[column])));
    return {
      goal: `${column.slice(0, -4)} below ${String(WANTED_MIB)} MiB`,
      measured,
      isMet: measured < WANTED_MIB,
    };
  });
