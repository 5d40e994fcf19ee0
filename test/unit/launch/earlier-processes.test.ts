import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { identityOf } from '../../../launch/process-identity.js';
import { endEarlierProcesses } from '../../../launch/services/node-process.js';

/** Takes its time to end, as an API does that still receives. */
const SLOW_TO_END = `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 300)); setInterval(() => {}, 1000);
  console.log('ready');`;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-earlier-'));
  await mkdir(path.join(directory, 'run'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('waits until the API of a run that was killed has given its ports back', async () => {
  const child = spawn(process.execPath, ['-e', SLOW_TO_END], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const identity = identityOf(child.pid ?? 0) ?? '';
  await writeFile(path.join(directory, 'run', 'api.pid'), identity);
  await endEarlierProcesses(directory);
  expect(identityOf(child.pid ?? 0)).toBeNull();
});

it('leaves a process alone that has got the number of an earlier one', async () => {
  await writeFile(path.join(directory, 'run', 'worker.pid'), `${process.pid} 1`);
  await endEarlierProcesses(directory);
});
