import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What one process used while something was measured. */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  /** Highest resident set; of Postgres the largest of its processes. */
  readonly peakMib: number;
}

/** Usage by name of the process. */
export type Usage = Readonly<Record<string, ProcessUsage>>;

/** Something that was measured. */
export interface Sample {
  readonly seconds: number;
  readonly usage: Usage;
}

/** Ids of the processes to look at, each with its children. */
export type Pids = Readonly<Record<string, number>>;

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const KIB_PER_MIB = 1024;
/** Value of clear_refs that takes the present resident set as the highest. */
const RESET_PEAK = '5';

/** Runs the work and measures what it takes of the time, and of each process. */
export async function measure(pids: Pids, work: () => Promise<unknown>): Promise<Sample> {
  for (const pid of Object.values(pids)) familyOf(pid).forEach(resetPeak);
  const before = cpuOf(pids);
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  const after = cpuOf(pids);
  const usage = Object.entries(pids).map(([name, pid]): [string, ProcessUsage] => {
    const peakMib = Math.max(...familyOf(pid).map(peakOf));
    return [name, { cpuSeconds: (after[name] ?? 0) - (before[name] ?? 0), peakMib }];
  });
  return { seconds, usage: Object.fromEntries(usage) };
}

const cpuOf = (pids: Pids): Record<string, number> =>
  Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [
      name,
      familyOf(pid).reduce((sum, id) => sum + ticksOf(id), 0),
    ]),
  );

/** The process and its direct children: Postgres has one for each connection. */
function familyOf(pid: number): number[] {
  const children = readdirSync(`/proc/${String(pid)}/task`).flatMap((task) =>
    read(`/proc/${String(pid)}/task/${task}/children`)
      .split(' ')
      .filter((id) => id !== '')
      .map(Number),
  );
  return [pid, ...children];
}

/** Seconds of a process and of those of its children that have ended. @see proc_pid_stat(5) */
function ticksOf(pid: number): number {
  const text = read(`/proc/${String(pid)}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const times = fields.slice(11, 15).map(Number);
  return times.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
}

function peakOf(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${String(pid)}/status`))?.[1];
  return Number(kib ?? 0) / KIB_PER_MIB;
}

function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${String(pid)}/clear_refs`, RESET_PEAK);
  } catch {
    // Another user's process, seen without root: its peak is then the highest since it began.
  }
}

/** Empty for a process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
