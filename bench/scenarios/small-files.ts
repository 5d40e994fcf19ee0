import type { Bench } from '../bench.js';
import { measure } from '../meter.js';
import type { Goal, Report, Row } from '../report.js';

const WANTED_PER_SECOND = 200;
const PARALLEL = 16;
const KIB = 1024;
const SIZES_KIB = [4, 100];
const WAYS = ['parts', 'uploadFile'] as const;

interface Measured {
  readonly row: Row;
  readonly perSecond: number;
  readonly name: string;
}

/** Many small files at once: how many are accepted, and how many have their verdict, in a second. */
export async function measureSmallFiles(bench: Bench): Promise<Report[]> {
  const measured: Measured[] = [];
  await bench.client.ask('warmUp', { kind: 'random' });
  for (const way of WAYS) {
    await sendAll(bench, way, 4, Math.min(200, bench.options.files));
    for (const sizeKib of SIZES_KIB) {
      measured.push(await sendAll(bench, way, sizeKib, bench.options.files));
    }
  }
  const goals = measured.map(({ name, perSecond }): Goal => ({
    goal: `${name}: at least ${String(WANTED_PER_SECOND)} files/s accepted`,
    measured: perSecond,
    isMet: perSecond >= WANTED_PER_SECOND,
  }));
  const title = `${String(bench.options.files)} small files, ${String(PARALLEL)} at once`;
  return [{ title, rows: measured.map(({ row }) => row), goals }];
}

async function sendAll(
  { stack, client }: Bench,
  way: (typeof WAYS)[number],
  sizeKib: number,
  count: number,
): Promise<Measured> {
  const { url } = stack;
  let acceptedMs = 0;
  const begun = performance.now();
  const { seconds, usage } = await measure({ ...stack.pids, client: client.pid }, async () => {
    await client.ask('sendSmallFiles', { url, count, sizeBytes: sizeKib * KIB, parallel: PARALLEL, way });
    acceptedMs = performance.now() - begun;
    await client.ask('untilAllDecided', { url });
  });
  const name = `${way}, ${String(sizeKib)} KiB`;
  const perSecond = (count * 1000) / acceptedMs;
  const cpu = Object.entries(usage).map(([process, { cpuSeconds }]) => [
    `${process} ms/file`,
    (cpuSeconds * 1000) / count,
  ]);
  const memory = ['api', 'worker'].map((process) => [
    `${process} MiB`,
    Math.round(usage[process]?.peakMib ?? 0),
  ]);
  const rates = { '': name, 'accepted/s': perSecond, 'verdicts/s': count / seconds };
  return { name, perSecond, row: { ...rates, ...(Object.fromEntries([...cpu, ...memory]) as Row) } };
}
