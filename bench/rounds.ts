import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Sample, Usage } from './meter.js';
import type { Goal, Row } from './report.js';

/** Somebody who does the same work as the others. */
export interface Contestant {
  readonly name: string;
  readonly run: () => Promise<Sample>;
}

/** Middle of several rounds. */
export interface Result {
  readonly name: string;
  /** Median of the rounds. */
  readonly seconds: number;
  /** Of every round, in order. */
  readonly rounds: readonly number[];
  /** CPU as the median, memory as the maximum of the rounds. */
  readonly usage: Usage;
}

/**
 * Lets everybody work once a round, so that whatever else the machine does meanwhile hits all of them. Each
 * round begins with somebody else. What one has left for the disk is written before the next begins, who would wait for it
 * otherwise, if it makes anything durable.
 */
export async function takeTurns(rounds: number, contestants: readonly Contestant[]): Promise<Result[]> {
  const samples = new Map<string, Sample[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % contestants.length;
    for (const { name, run } of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      execFileSync('sync');
      samples.get(name)?.push(await run());
    }
  }
  return contestants.map(({ name }) => summarise(name, samples.get(name) ?? []));
}

function summarise(name: string, samples: readonly Sample[]): Result {
  const names = [...new Set(samples.flatMap(({ usage }) => Object.keys(usage)))];
  const usage = names.map((process) => {
    const all = samples.flatMap((sample) => sample.usage[process] ?? []);
    const cpuSeconds = quantile(all.map((one) => one.cpuSeconds));
    return [process, { cpuSeconds, peakMib: Math.max(...all.map((one) => one.peakMib)) }];
  });
  const rounds = samples.map(({ seconds }) => seconds);
  return { name, seconds: quantile(rounds), rounds, usage: Object.fromEntries(usage) as Usage };
}

/** Of all processes that were watched. */
export const cpuSecondsOf = ({ usage }: Result): number =>
  Object.values(usage).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);

/**
 * What the processors allow when nobody ever waits, be it for the disk or for each other.
 *
 * @param column - what is done a second
 * @param amount - how much of it the result did
 */
export function limitRow(result: Result, column: string, amount: number): Row {
  const processors = availableParallelism();
  return {
    '': `${String(processors)} processors, all busy with ${result.name}`,
    [column]: (processors * amount) / cpuSecondsOf(result),
  };
}

const WANTED_GAIN = 1.5;

/** What four at once gain over one, whosever that is. */
export function gainOf(whose: string, one: Result | undefined, four: Result | undefined): Goal {
  const gain = (one?.seconds ?? 0) / (four?.seconds ?? 1);
  const goal = `4 at once ${String(WANTED_GAIN)} times as fast as one ${whose}`;
  return { goal, measured: gain, isMet: gain >= WANTED_GAIN };
}

/** A quantile of some values. @param share - @default 0.5, the median */
export function quantile(values: readonly number[], share = 0.5): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
