import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { vi } from 'vitest';

/** A PgBouncer before one database. */
export interface PgBouncer {
  /** Like the URL of the database, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts PgBouncer in transaction mode with so few connections that clients must share them. */
export async function startPgBouncer(databaseUrl: string, serverConnections: number): Promise<PgBouncer> {
  const target = new URL(databaseUrl);
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-pgbouncer-'));
  const port = await freePort();
  const [users, config] = [path.join(directory, 'users.txt'), path.join(directory, 'pgbouncer.ini')];
  await writeFile(users, `"${target.username}" "${target.password}"\n`);
  await writeFile(
    config,
    `[databases]
* = host=${target.hostname} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${serverConnections}
max_client_conn = 200
server_reset_query =
`,
  );
  for (const file of [directory, users, config]) await chmod(file, 0o755);
  // It refuses to run as root; elsewhere there is nobody to step down to.
  const stepDown = process.getuid?.() === 0 ? ['--user', 'nobody'] : [];
  const child = spawn('pgbouncer', ['--quiet', ...stepDown, config], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const url = new URL(databaseUrl);
  url.port = String(port);
  await vi.waitFor(() => probe(url.href), { timeout: 10_000, interval: 50 });
  return {
    url: url.href,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function probe(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.end();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
