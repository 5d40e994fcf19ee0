import type { Bench } from '../bench.js';
import { measure, type Sample } from '../meter.js';
import { usageColumns, type Report, type Row } from '../report.js';
import { cpuSecondsOf, limitRow, takeTurns, type Result } from '../rounds.js';
import { startHelper, type Helper } from '../start-helper.js';

const WANTED_PER_SECOND = 500;
const SIZE_BYTES = 100_000;
const PARALLEL = 16;
/** The creation, the right to append and the last byte: each is durable in Postgres before anybody goes on. */
const COMMITS_PER_FILE = 3;

/**
 * Small files by tus, beside the stock server, which promises no durability, and beside a bare client that makes just
 * as many transactions and files durable. The last row is what the processors allow when nobody ever waits.
 */
export async function measureSmallTus(bench: Bench, stock: Helper, stockUrl: string): Promise<Report> {
  const bare = startHelper('bare-commits');
  try {
    const results = await takeTurns(bench.options.rounds, [
      { name: 'Lazaret', run: () => byProduct(bench) },
      { name: '@tus/server', run: () => send(bench, stockUrl, false, { api: stock.pid }) },
      { name: `bare: file and ${String(COMMITS_PER_FILE)} commits`, run: () => byBareClient(bench, bare) },
    ]);
    return reportOf(bench.options.files, results);
  } finally {
    await bare.stop();
  }
}

const send = (
  { client, options }: Bench,
  url: string,
  isProduct: boolean,
  pids: Record<string, number>,
): Promise<Sample> =>
  measure({ ...pids, client: client.pid }, () =>
    client.ask('sendSmallTus', {
      url,
      isProduct,
      count: options.files,
      parallel: PARALLEL,
      sizeBytes: SIZE_BYTES,
    }),
  );

/** The inspections go on while files arrive, as they do in use; the next turn waits for the last of them. */
async function byProduct(bench: Bench): Promise<Sample> {
  const { stack, client } = bench;
  const sample = await send(bench, stack.url, true, stack.pids);
  await client.ask('untilAllDecided', { url: stack.url });
  return sample;
}

const byBareClient = ({ stack, options }: Bench, bare: Helper): Promise<Sample> =>
  measure({ postgres: stack.pids['postgres'] ?? 0, client: bare.pid }, () =>
    bare.ask('commitFiles', {
      databaseUrl: stack.databaseUrl,
      directory: stack.scratch,
      count: options.files,
      parallel: PARALLEL,
      sizeBytes: SIZE_BYTES,
      commitsPerFile: COMMITS_PER_FILE,
    }),
  );

function reportOf(files: number, results: readonly Result[]): Report {
  const perSecond = files / (results[0]?.seconds ?? 1);
  return {
    title: `tus: ${String(files)} files of 100 KB, ${String(PARALLEL)} at once`,
    rows: [
      ...results.map((result) => rowOf(result, files)),
      ...results.slice(0, 1).map((one) => limitRow(one, 'files/s', files)),
    ],
    goals: [
      {
        goal: `at least ${String(WANTED_PER_SECOND)} files/s`,
        measured: perSecond,
        isMet: perSecond >= WANTED_PER_SECOND,
      },
    ],
  };
}

const rowOf = (result: Result, files: number): Row => ({
  '': result.name,
  'files/s': files / result.seconds,
  'CPU ms/file': (cpuSecondsOf(result) * 1_000) / files,
  ...usageColumns(result.usage, files / 1_000, '1000'),
});
