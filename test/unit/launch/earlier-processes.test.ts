import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { identityOf } from '../../../launch/process-identity.js';
import { endEarlierProcesses } from '../../../launch/services/node-process.js';

const TIME_TO_END_MS = 300;
/** Takes its time to end, as an API does that still receives. */
const SLOW_TO_END = `process.on('SIGTERM', () => setTimeout(() => process.exit(0), ${TIME_TO_END_MS})); setInterval(() => {}, 1000);
  console.log('ready');`;

let directory: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-earlier-'));
  await mkdir(path.join(directory, 'run'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

/** @returns the number of the process, once it can be told to end */
async function spawnSlow(): Promise<number> {
  const child = spawn(process.execPath, ['-e', SLOW_TO_END], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

it('waits until the API of a run that was killed has given its ports back', async () => {
  const pid = await spawnSlow();
  await writeFile(path.join(directory, 'run', 'api.pid'), identityOf(pid) ?? '');
  await endEarlierProcesses(directory);
  expect(identityOf(pid)).toBeNull();
});

it('leaves a process alone that has got the number of an earlier one', async () => {
  const pid = await spawnSlow();
  const identity = identityOf(pid);
  await writeFile(path.join(directory, 'run', 'worker.pid'), `${pid} 1`);
  await endEarlierProcesses(directory);
  await delay(2 * TIME_TO_END_MS);
  expect(identity).not.toBeNull();
  expect(identityOf(pid)).toBe(identity);
});
