import { GIB, MB, MIB, type Bench } from '../bench.js';
import { startHelper, type Helper } from '../start-helper.js';
import { measure, type Sample } from '../meter.js';
import { usageColumns, type Goal, type Report, type Row } from '../report.js';
import { gainOf, limitRow, takeTurns, type Result } from '../rounds.js';

const WANTED_MB_PER_SECOND = 100;
const WANTED_MIB = 200;

interface Opened {
  readonly fileId: string;
}

/** The parts of a large file through one API process, beside a server that does nothing but write them. */
export async function measureUpload(bench: Bench): Promise<Report[]> {
  const plain = startHelper('plain-server');
  try {
    const url = await plain.ask<string>('listen', { directory: bench.stack.scratch });
    await bench.client.ask('warmUp', { kind: 'random' });
    const single = await atOnce(bench, plain, url, 1);
    const four = await atOnce(bench, plain, url, 4);
    return [
      reportOf(bench, single, 1, []),
      reportOf(bench, four, 4, [gainOf('of its own', single[0], four[0])]),
    ];
  } finally {
    await plain.stop();
  }
}

function atOnce(bench: Bench, plain: Helper, plainUrl: string, parallel: number): Promise<Result[]> {
  const sizeBytes = bench.options.uploadMib * MIB;
  return takeTurns(bench.options.rounds, [
    { name: 'Lazaret', run: () => sendToProduct(bench, sizeBytes, parallel) },
    {
      name: 'plain, SHA-256',
      run: () => sendToPlain(bench, plain, `${plainUrl}?sha256`, sizeBytes, parallel),
    },
    { name: 'plain', run: () => sendToPlain(bench, plain, plainUrl, sizeBytes, parallel) },
  ]);
}

function reportOf({ options }: Bench, results: Result[], parallel: number, gains: Goal[]): Report {
  const sizeBytes = options.uploadMib * MIB;
  const [product, plain] = results;
  return {
    title: `Upload of ${String(options.uploadMib)} MiB in parts, ${String(parallel)} at once`,
    rows: [
      ...results.map((result) => rowOf(result, sizeBytes, plain?.seconds ?? 0)),
      ...results.slice(0, 1).map((one) => limitRow(one, 'MB/s', sizeBytes / MB)),
    ],
    goals: [...goalsOf(product, sizeBytes), ...gains],
  };
}

const rowOf = ({ name, seconds, usage }: Result, sizeBytes: number, baseline: number): Row => ({
  '': name,
  'MB/s': sizeBytes / MB / seconds,
  'x plain+SHA': baseline / seconds,
  ...usageColumns(usage, sizeBytes / GIB, 'GiB'),
});

function goalsOf(product: Result | undefined, sizeBytes: number): Goal[] {
  if (!product) return [];
  const rate = sizeBytes / MB / product.seconds;
  const peak = product.usage['api']?.peakMib ?? 0;
  return [
    {
      goal: `at least ${String(WANTED_MB_PER_SECOND)} MB/s`,
      measured: rate,
      isMet: rate >= WANTED_MB_PER_SECOND,
    },
    { goal: `API below ${String(WANTED_MIB)} MiB`, measured: peak, isMet: peak < WANTED_MIB },
  ];
}

async function sendToProduct({ stack, client }: Bench, sizeBytes: number, parallel: number): Promise<Sample> {
  const job = { url: stack.url, sizeBytes, parallel, kind: 'random' };
  const upload = await client.ask<Opened>('open', job);
  const { api, postgres } = stack.pids;
  const pids = { api: api ?? 0, postgres: postgres ?? 0, client: client.pid };
  const sample = await measure(pids, () => client.ask('put', { upload, job }));
  await client.ask('cancel', { url: stack.url, fileId: upload.fileId });
  return sample;
}

async function sendToPlain(
  { client }: Bench,
  plain: Helper,
  url: string,
  sizeBytes: number,
  parallel: number,
): Promise<Sample> {
  const pids = { api: plain.pid, client: client.pid };
  const sample = await measure(pids, () =>
    client.ask('putPlain', { url, sizeBytes, parallel, kind: 'random' }),
  );
  await plain.ask('forget');
  return sample;
}
