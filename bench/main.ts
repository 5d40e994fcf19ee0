import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import type { Bench } from './bench.js';
import { startHelper } from './start-helper.js';
import { BENCH_HELP, readOptions, SCENARIOS, type BenchOptions } from './options.js';
import { formatReport, type Report } from './report.js';
import { measureFairness } from './scenarios/fairness.js';
import { measureForms } from './scenarios/forms.js';
import { measureLatency } from './scenarios/latency.js';
import { measureMemory } from './scenarios/memory.js';
import { measureRecovery } from './scenarios/recovery.js';
import { measureScan } from './scenarios/scan.js';
import { measureSmallFiles } from './scenarios/small-files.js';
import { measureTokens } from './scenarios/tokens.js';
import { measureTus } from './scenarios/tus.js';
import { measureTusClient } from './scenarios/tus-client.js';
import { measureUpload } from './scenarios/upload.js';
import { startStack } from './stack.js';

type Scenario = (bench: Bench) => Promise<Report[]>;

const MEASURES: Readonly<Record<(typeof SCENARIOS)[number], Scenario>> = {
  tokens: measureTokens,
  latency: measureLatency,
  small: measureSmallFiles,
  upload: measureUpload,
  forms: measureForms,
  tus: measureTus,
  'tus-client': measureTusClient,
  scan: measureScan,
  fairness: measureFairness,
  recovery: measureRecovery,
  memory: measureMemory,
};
const RESULTS = path.resolve(import.meta.dirname, '..', '..', 'bench-results');

/**
 * `npm run bench`: measures the product beside baselines.
 *
 * @param args - of the command line
 * @returns the exit code: zero also where a goal is missed, because that says as much of the machine
 */
export async function run(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (typeof options === 'number') return options;
  console.log('Starting the product for this measurement ...');
  const stack = await startStack(options.keepsData);
  const client = startHelper('client-process');
  const interrupt = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.once(signal, () => reject(new Error(`Ended by ${signal}`)));
    }
  });
  try {
    const reports = await Promise.race([interrupt, runAll({ options, stack, client })]);
    console.log(`\nWritten to ${await save(reports, options)}`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.stack : error);
    return 1;
  } finally {
    await client.stop();
    await stack.stop();
  }
}

function parse(args: readonly string[]): BenchOptions | number {
  try {
    const options = readOptions(args);
    if (options) return options;
    console.log(BENCH_HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function runAll(bench: Bench): Promise<Report[]> {
  const { only } = bench.options;
  const reports: Report[] = [];
  for (const name of SCENARIOS) {
    if (only.length > 0 && !only.includes(name)) continue;
    for (const report of await MEASURES[name](bench)) {
      console.log(formatReport(report));
      reports.push(report);
    }
  }
  return reports;
}

async function save(reports: readonly Report[], options: BenchOptions): Promise<string> {
  const at = new Date().toISOString();
  await mkdir(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${at.replaceAll(':', '-')}.json`);
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model ?? '' };
  await writeFile(file, `${JSON.stringify({ at, machine, options, reports }, null, 2)}\n`);
  return path.relative(process.cwd(), file);
}
