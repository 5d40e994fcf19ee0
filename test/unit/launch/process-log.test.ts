import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createProcessLog } from '../../../launch/services/process-log.js';

const LIMIT_BYTES = 16 * 1024 * 1024;
/** A disk that others keep busy takes its time. */
const PATIENCE = { timeout: 30_000 };
const CHUNK = Buffer.from(`${'x'.repeat(1024 * 1024 - 1)}\n`);

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-log-'));
  file = path.join(directory, 'api.log');
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const sizeOf = async (name: string): Promise<number> => (await stat(name).catch(() => ({ size: 0 }))).size;

/** Writes at the pace of the disk: what it does not keep up with would be left out. */
async function fill(write: (chunk: Buffer) => void): Promise<void> {
  for (let bytes = 0; bytes <= LIMIT_BYTES; bytes += CHUNK.length) {
    const before = await sizeOf(file);
    write(CHUNK);
    await vi.waitUntil(async () => (await sizeOf(file)) > before, PATIENCE);
  }
}

it('keeps the file before the current one', async () => {
  const log = createProcessLog('api', file, () => undefined);
  await fill(log.write);
  log.write(Buffer.from('next\n'));
  await vi.waitUntil(async () => (await sizeOf(file)) === 5, PATIENCE);
  expect(await sizeOf(`${file}.1`)).toBeGreaterThan(LIMIT_BYTES);
});

it('goes on in a new file where somebody has removed the one that has become large', async () => {
  const log = createProcessLog('api', file, () => undefined);
  await fill(log.write);
  await rm(file);
  log.write(Buffer.from('next\n'));
  await vi.waitUntil(async () => (await sizeOf(file)) > 0, PATIENCE);
  expect(await readFile(file, 'utf8')).toBe('next\n');
});
