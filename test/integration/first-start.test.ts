import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startPostgres } from '../../launch/services/postgres.js';
import { startRedis } from '../../launch/services/redis.js';
import { reachableHost } from '../../src/config/reachable-host.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-first-start-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('starts Postgres where an earlier creation of its cluster was cut off', async () => {
  const unfinished = path.join(directory, 'data.new');
  await mkdir(unfinished);
  await writeFile(path.join(unfinished, 'PG_VERSION'), '18\n');
  const server = await startPostgres({ directory, password: 'secret' });
  await server.stop();
  expect(await readFile(path.join(directory, 'data', 'PG_VERSION'), 'utf8')).toBe('18\n');
});

it('has Postgres listen on a unix socket as well, and removes that of a server that was killed', async () => {
  const old = path.join(directory, '.s.PGSQL.1');
  await writeFile(old, '');
  const server = await startPostgres({ directory, password: 'secret' });
  try {
    const found = [server.localUrl, server.url].map(async (connectionString) => {
      const client = new pg.Client({ connectionString });
      await client.connect();
      const { rows } = await client.query<{ address: string | null }>('select inet_server_addr() as address');
      await client.end();
      return rows[0]?.address;
    });
    expect(await Promise.all(found)).toEqual([null, '127.0.0.1']);
    expect(existsSync(old)).toBe(false);
  } finally {
    await server.stop();
  }
});

it('never removes a cluster that it cannot use', async () => {
  const precious = path.join(directory, 'data', 'base');
  await mkdir(path.dirname(precious));
  await writeFile(precious, 'all that somebody has');
  await expect(startPostgres({ directory, password: 'secret' })).rejects.toThrow('an unknown version');
  expect(await readFile(precious, 'utf8')).toBe('all that somebody has');
});

it('names the line that says why a server ended, and nothing of its earlier runs', async () => {
  await writeFile(path.join(directory, 'redis.log'), 'FATAL of an earlier run\n');
  const files = path.join(directory, 'appendonlydir');
  await mkdir(files);
  await writeFile(path.join(files, 'appendonly.aof.manifest'), 'no manifest\n');
  const failed = startRedis({ directory });
  await expect(failed).rejects.toThrow(/manifest/i);
  await expect(failed).rejects.not.toThrow('earlier run');
});

it.each([
  ['127.0.0.2', '127.0.0.2'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['::1', '[::1]'],
])('reaches what listens on %s at %s', (given, reached) => {
  expect(reachableHost(given)).toBe(reached);
});
