import { readFile } from 'node:fs/promises';

/** To programs the kernel counts in hundredths of a second, whatever its own clock does. */
const MS_PER_TICK = 10;
/** Where utime and stime stand behind the name, which may hold anything. @see proc_pid_stat(5) */
const [UTIME, STIME] = [11, 12];

/**
 * How long the processor has worked for a process, all its threads and the kernel included, in milliseconds. `undefined` where
 * nobody says: the process has ended, or the machine has no `/proc`.
 */
export async function readCpuMs(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'latin1').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[UTIME]) + Number(fields[STIME]);
  return Number.isFinite(ticks) ? ticks * MS_PER_TICK : undefined;
}
