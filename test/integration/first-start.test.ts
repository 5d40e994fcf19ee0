import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startClamd } from '../../launch/services/clamd.js';
import { writeDevelopmentDefinitions } from '../../launch/services/development-definitions.js';
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
  // All of it means something else in a URL.
  const odd = path.join(directory, 'ä @:%2F?#[1]');
  await mkdir(odd);
  const old = path.join(odd, '.s.PGSQL.1');
  await writeFile(old, '');
  const server = await startPostgres({ directory: odd, password: 'secret' });
  try {
    expect(await Promise.all([server.localUrl, server.url].map(addressBy))).toEqual([null, '127.0.0.1']);
    expect(existsSync(old)).toBe(false);
  } finally {
    await server.stop();
  }
});

/** What a connection reaches the server at; null by a unix socket. */
async function addressBy(connectionString: string): Promise<string | null | undefined> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ address: string | null }>('select inet_server_addr() as address');
  await client.end();
  return rows[0]?.address;
}

it('goes without unix sockets where their paths would be too long', async () => {
  const long = path.join(directory, 'x'.repeat(100));
  const clamav = path.join(long, 'clamav');
  await writeDevelopmentDefinitions(path.join(clamav, 'db'));
  const clamd = await startClamd({ directory: clamav });
  await clamd.stop();
  const server = await startPostgres({ directory: path.join(long, 'postgres'), password: 'secret' });
  try {
    expect(await addressBy(server.localUrl)).toBe('127.0.0.1');
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
