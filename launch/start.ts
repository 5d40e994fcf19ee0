import { warnOfUnreadVariables } from '../src/config/unread-variables.js';
import { ensureAptPackages } from './apt.js';
import { banner } from './banner.js';
import { say, surviveClosedOutput } from './console-lines.js';
import { takeDataDirectory } from './data-directory.js';
import type { Watch } from './embedded.js';
import { START_HELP } from './help.js';
import { createProcesses, type StartProcess } from './processes.js';
import { requirePublicPorts } from './public-ports.js';
import { loadSecrets } from './secrets.js';
import { readSettings, type LaunchSettings } from './settings.js';
import { endEarlierProcesses } from './services/node-process.js';
import { StartError } from './start-error.js';
import { startServices, STOP_RANKS } from './start-services.js';
import { createStopStack, type StopStack } from './stop-stack.js';
import { supervise } from './supervise.js';
import { together } from './together.js';
import { untilTold } from './until-told.js';

/**
 * `npm start`: everything that the product needs, on this machine, until somebody ends it.
 *
 * @param args - of the command line
 * @returns the exit code
 * @throws StartError when it cannot start, or cannot go on
 */
export async function run(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    say(START_HELP);
    return 0;
  }
  if (args[0] !== undefined) {
    throw new StartError(`start has no option "${args[0]}": see npm start -- --help.`);
  }
  surviveClosedOutput();
  const told = untilTold(() => {
    say('Still stopping; every part has its own time limit.');
  });
  const stops = createStopStack(say);
  const starting = startAll(stops, { report: say, giveUp: told.fail, signal: told.signal });
  try {
    await Promise.race([starting, told.ended]);
    say(`Stopping (${await told.ended}) ...`);
  } finally {
    told.fail('Stopped before it had started.');
    await starting.catch(() => undefined);
    await stops.stopAll();
  }
  say('Everything has ended.');
  return 0;
}

async function startAll(stops: StopStack, watch: Watch): Promise<void> {
  const begun = performance.now();
  for (const warning of warnOfUnreadVariables(process.env)) say(`  ! ${warning}`);
  const settings = readSettings(process.env);
  const data = await takeDataDirectory(settings.dataDirectory, say);
  stops.add(STOP_RANKS.data, data.release);
  await endEarlierProcesses(data.path);
  await requirePublicPorts(settings.config);
  await ensurePrograms(settings);
  // From here on whatever we or our servers make is for us alone; packages of the system are not.
  process.umask(0o077);
  const secrets = await loadSecrets(data.path);
  say('Starting the services ...');
  const services = await startServices({ settings, secrets, stops, watch });
  say('Starting the API and the worker ...');
  const processes = createProcesses(settings, secrets, services.addresses, watch.signal);
  const processesRun = [
    keepRunning('api', processes.api, stops, watch),
    keepRunning('worker', processes.worker, stops, watch),
  ];
  await together(processesRun, watch.giveUp);
  const seconds = (performance.now() - begun) / 1000;
  const { config, given } = settings;
  say(banner({ config, definitions: services.definitions, given: Object.keys(given), seconds }));
}

async function ensurePrograms({ given }: LaunchSettings): Promise<void> {
  const packages = [
    ...(given.redisUrl === undefined ? [{ name: 'redis-server', command: 'redis-server' }] : []),
    ...(given.clamdAddresses === undefined ? [{ name: 'clamav-daemon', command: 'clamd' }] : []),
  ];
  await ensureAptPackages(packages, ', or name running ones in REDIS_URL and CLAMD_ADDRESSES');
}

async function keepRunning(
  name: 'api' | 'worker',
  start: StartProcess,
  stops: StopStack,
  watch: Watch,
): Promise<void> {
  const words = name === 'api' ? 'The API' : 'The worker';
  const supervised = supervise(await start(), { name: words, start, ...watch });
  stops.add(STOP_RANKS[name], supervised.stop);
}
