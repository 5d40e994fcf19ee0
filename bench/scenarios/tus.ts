import { GIB, MB, MIB, type Bench } from '../bench.js';
import { measure, type Sample } from '../meter.js';
import { usageColumns, type Goal, type Report, type Row } from '../report.js';
import { gainOf, limitRow, takeTurns, type Contestant, type Result } from '../rounds.js';
import { startHelper, type Helper } from '../start-helper.js';
import { measureSmallTus } from './tus-small-files.js';

const WANTED_MIB = 200;

interface Rivals {
  readonly stock: Helper;
  readonly stockUrl: string;
  readonly plain: Helper;
  readonly plainUrl: string;
}

/** tus beside the stock server of tus on its own files, and beside a socket that is written to a file. */
export async function measureTus(bench: Bench): Promise<Report[]> {
  const stock = startHelper('tus-server');
  const plain = startHelper('plain-server');
  const directory = bench.stack.scratch;
  try {
    const stockUrl = await stock.ask<string>('listen', { directory });
    const plainUrl = await plain.ask<string>('listen', { directory });
    await bench.client.ask('warmUp', { kind: 'random' });
    const rivals = { stock, stockUrl, plain, plainUrl };
    const single = await large(bench, rivals, 1);
    const four = await large(bench, rivals, 4);
    return [
      reportOf(bench, single, 1, []),
      reportOf(bench, four, 4, [
        gainOf('of @tus/server', single[1], four[0]),
        gainOf('of its own', single[0], four[0]),
      ]),
      await measureSmallTus(bench, stock, stockUrl),
    ];
  } finally {
    await stock.ask('end').catch(() => undefined);
    await stock.stop();
    await plain.stop();
  }
}

function large(bench: Bench, rivals: Rivals, parallel: number): Promise<Result[]> {
  const { stack, client, options } = bench;
  const sizeBytes = options.uploadMib * MIB;
  const { api = 0, postgres = 0, redis = 0 } = stack.pids;
  const byTus = async (url: string, isProduct: boolean, pids: Record<string, number>): Promise<Sample> => {
    let locations: string[] = [];
    const sample = await measure({ ...pids, client: client.pid }, async () => {
      locations = await client.ask<string[]>('sendTus', { url, sizeBytes, parallel, isProduct });
    });
    await client.ask('endTus', { url, locations, isProduct });
    return sample;
  };
  const byPlain = async (url: string): Promise<Sample> => {
    const sample = await measure({ api: rivals.plain.pid, client: client.pid }, () =>
      client.ask('sendPlainStreams', { url, sizeBytes, parallel }),
    );
    await rivals.plain.ask('forget');
    return sample;
  };
  const contestants: Contestant[] = [
    { name: 'Lazaret', run: () => byTus(stack.url, true, { api, postgres, redis }) },
    { name: '@tus/server', run: () => byTus(rivals.stockUrl, false, { api: rivals.stock.pid }) },
    { name: 'plain, SHA-256', run: () => byPlain(`${rivals.plainUrl}?sha256`) },
    { name: 'plain', run: () => byPlain(rivals.plainUrl) },
  ];
  return takeTurns(options.rounds, contestants);
}

function reportOf(bench: Bench, results: Result[], parallel: number, goals: Goal[]): Report {
  const sizeBytes = bench.options.uploadMib * MIB;
  const [product, stock] = results;
  const ratio = (stock?.seconds ?? 0) / (product?.seconds ?? 1);
  const peak = product?.usage['api']?.peakMib ?? 0;
  return {
    title: `tus: ${String(bench.options.uploadMib)} MiB in ${String(parallel)} at once`,
    rows: [
      ...results.map((result) => rowOf(result, sizeBytes, stock?.seconds ?? 0)),
      ...results.slice(0, 1).map((one) => limitRow(one, 'MB/s', sizeBytes / MB)),
    ],
    goals: [
      { goal: 'at least as fast as @tus/server', measured: ratio, isMet: ratio >= 1 },
      { goal: `API below ${String(WANTED_MIB)} MiB`, measured: peak, isMet: peak < WANTED_MIB },
      ...goals,
    ],
  };
}

const rowOf = ({ name, seconds, usage }: Result, sizeBytes: number, stock: number): Row => ({
  '': name,
  'MB/s': sizeBytes / MB / seconds,
  'x @tus/server': stock / seconds,
  ...usageColumns(usage, sizeBytes / GIB, 'GiB'),
});
