import { GIB, MB, MIB, type Bench } from '../bench.js';
import { measure, type Sample } from '../meter.js';
import { usageColumns, type Goal, type Report, type Row } from '../report.js';
import { takeTurns, type Result } from '../rounds.js';
import { startHelper, type Helper } from '../start-helper.js';

const WANTED_MIB = 200;
const POLL_MS = 100;

/** Large files in GraphQL multipart requests, beside a server that parses the same forms and writes their files. */
export async function measureForms(bench: Bench): Promise<Report[]> {
  const plain = startHelper('plain-server');
  try {
    const plainUrl = await plain.ask<string>('listen', { directory: bench.stack.scratch });
    await bench.client.ask('warmUp', { kind: 'random' });
    const reports: Report[] = [];
    for (const parallel of [1, 4]) reports.push(await atOnce(bench, plain, plainUrl, parallel));
    return reports;
  } finally {
    await plain.stop();
  }
}

async function atOnce(bench: Bench, plain: Helper, plainUrl: string, parallel: number): Promise<Report> {
  const { client, options } = bench;
  const sizeBytes = options.uploadMib * MIB;
  const toPlain = async (): Promise<Sample> => {
    const job = { url: `${plainUrl}?form`, sizeBytes, parallel };
    const sample = await measure({ api: plain.pid, client: client.pid }, () =>
      client.ask('sendPlainForms', job),
    );
    await plain.ask('forget');
    return sample;
  };
  const results = await takeTurns(options.rounds, [
    { name: 'Lazaret', run: () => toProduct(bench, sizeBytes, parallel) },
    { name: 'plain busboy', run: toPlain },
  ]);
  const [product, baseline] = results;
  return {
    title: `Forms: ${String(options.uploadMib)} MiB in ${String(parallel)} at once`,
    rows: results.map((result) => rowOf(result, sizeBytes, baseline?.seconds ?? 0)),
    goals: goalsOf(product),
  };
}

/** What was sent is inspected before anything else is measured. */
async function toProduct({ stack, client }: Bench, sizeBytes: number, parallel: number): Promise<Sample> {
  const { url, pids } = stack;
  const { api = 0, postgres = 0 } = pids;
  let ids: string[] = [];
  const sample = await measure({ api, postgres, client: client.pid }, async () => {
    ids = await client.ask<string[]>('sendForms', { url, sizeBytes, parallel });
  });
  for (const fileId of ids) {
    await client.ask('untilClean', { url, fileId, pollMs: POLL_MS });
    await client.ask('discard', { url, fileId });
  }
  return sample;
}

const rowOf = ({ name, seconds, usage }: Result, sizeBytes: number, baseline: number): Row => ({
  '': name,
  'MB/s': sizeBytes / MB / seconds,
  'x plain busboy': baseline / seconds,
  ...usageColumns(usage, sizeBytes / GIB, 'GiB'),
});

function goalsOf(product: Result | undefined): Goal[] {
  const peak = product?.usage['api']?.peakMib ?? 0;
  return [{ goal: `API below ${String(WANTED_MIB)} MiB`, measured: peak, isMet: peak < WANTED_MIB }];
}
