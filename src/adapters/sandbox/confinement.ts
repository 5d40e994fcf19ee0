import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import type { Confinement } from '../../ports/structure-analyser.js';

/** Bounds of one analyser that the kernel keeps. */
export interface SandboxLimits {
  /** Address space; Node reserves far more than it uses. */
  readonly addressSpaceBytes: number;
  readonly heapMib: number;
  /** Time of the processor over the whole life of one analyser. */
  readonly cpuSeconds: number;
  readonly openFiles: number;
}

/** How an analyser is started, and what that puts in force. */
export interface SandboxCommand extends Confinement {
  /** The command and its arguments; each time with another user of no rights, where that is in force. */
  words(): readonly string[];
}

/** A measure: what it does, and the words in front of the command that do it. */
interface Measure {
  readonly name: string;
  readonly prefix: (user: string) => readonly string[];
}

/**
 * Users that no account has: those that systemd lends to its services. Analysers of one user could stop and trace each
 * other, so each has one of its own.
 */
const USERS = { first: 61_184, end: 65_520 };
const lendUser = (): string => String(randomInt(USERS.first, USERS.end));
const PROBE_TIMEOUT_MS = 5_000;
/** What the runtime itself sees to, on every machine. */
const ALWAYS = ['files', 'children', 'environment', 'heap'];
const WITHOUT_PRIVILEGES = ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--pdeathsig=KILL'];

const isRoot = (): boolean => process.getuid?.() === 0;

/** In the order in which they are taken: each is started by the one before. */
const measures = (limits: SandboxLimits): readonly Measure[] => [
  { name: 'network', prefix: () => ['unshare', ...(isRoot() ? ['-n', '-i', '-u'] : ['-Urniu'])] },
  {
    name: 'user',
    prefix: (user) => [
      'setpriv',
      ...(isRoot() ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : []),
      ...WITHOUT_PRIVILEGES,
    ],
  },
  {
    name: 'limits',
    prefix: () => [
      'prlimit',
      `--as=${String(limits.addressSpaceBytes)}`,
      `--cpu=${String(limits.cpuSeconds)}`,
      `--nofile=${String(limits.openFiles)}`,
      '--fsize=0',
      '--core=0',
    ],
  },
];

/** What every machine with a complete userland and a kernel that allows namespaces can do. */
export const ESSENTIAL: readonly string[] = ['network', 'user', 'limits'];

/**
 * Finds out which measures this machine allows, each after those before it, and makes the command of them.
 *
 * @param entry - absolute path of the one file that the analyser may read
 * @param without - measures that are left out
 */
export async function findConfinement(
  entry: string,
  limits: SandboxLimits,
  without: readonly string[] = [],
): Promise<SandboxCommand> {
  const taken: Measure[] = [];
  const missing: string[] = [];
  const prefixOf = (chosen: readonly Measure[]): readonly string[] => {
    const user = lendUser();
    return chosen.flatMap(({ prefix }) => prefix(user));
  };
  for (const measure of measures(limits)) {
    const isAllowed = !without.includes(measure.name) && (await works(prefixOf([...taken, measure])));
    if (isAllowed) taken.push(measure);
    else missing.push(measure.name);
  }
  return {
    words: () => [...prefixOf(taken), process.execPath, ...nodeFlags(entry, limits), entry],
    inForce: [...ALWAYS, ...taken.map(({ name }) => name)],
    missing,
  };
}

const nodeFlags = (entry: string, { heapMib }: SandboxLimits): readonly string[] => [
  '--permission',
  `--allow-fs-read=${entry}`,
  `--max-old-space-size=${String(heapMib)}`,
  '--disable-proto=delete',
  '--no-addons',
];

/** Whether a command can be started this way. */
function works(words: readonly string[]): Promise<boolean> {
  const [command = 'true', ...args]: readonly string[] = words;
  return new Promise((resolve) => {
    const child = spawn(command, [...args, 'true'], { stdio: 'ignore', env: {}, timeout: PROBE_TIMEOUT_MS });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
