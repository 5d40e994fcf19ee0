import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { freePort } from '../../launch/free-port.js';
import { startRedis, type RedisServer } from '../../launch/services/redis.js';
import { startServer, type ServerProcess } from '../../launch/services/server-process.js';
import type { RedisServers } from './redis-cluster.js';

/** A master with a replica, watched by sentinels that put the replica in its place when it is gone. */
export interface RedisSentinels extends RedisServers {
  /** As it is first. */
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** Kills the master without a word, and waits until the sentinels name the replica. */
  readonly failOver: () => Promise<void>;
}

const NAME = 'lazaret';
const SENTINELS = 3;
const QUORUM = 2;
/** A master that is silent for so long is given up. */
const DOWN_AFTER_MS = 1_000;

/** Starts one master, one replica and three sentinels on free ports of 127.0.0.1. */
export async function startRedisSentinels(directory: string): Promise<RedisSentinels> {
  const master = await start(path.join(directory, 'first'), {});
  const replicaof = `127.0.0.1 ${master.port}`;
  const replica = await start(path.join(directory, 'second'), { replicaof });
  const watching = Array.from({ length: SENTINELS }, (_, index) =>
    startSentinel(path.join(directory, `sentinel-${index}`), master.port),
  );
  const sentinels = await Promise.all(watching);
  const ports = sentinels.map(({ port }) => port);
  await Promise.all(ports.map(untilComplete));
  return {
    url: `redis+sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${NAME}`,
    master,
    replica,
    failOver: async () => {
      process.kill(master.pid, 'SIGKILL');
      await master.exited;
      await Promise.all(ports.map((port) => untilMaster(port, replica.port)));
    },
    stop: async () => {
      await Promise.all([...sentinels, replica, master].map((server) => server.stop()));
    },
  };
}

async function start(directory: string, settings: Readonly<Record<string, string>>): Promise<RedisServer> {
  await mkdir(directory, { recursive: true });
  return startRedis({ directory, settings: { 'repl-diskless-sync-delay': '0', ...settings } });
}

async function startSentinel(
  directory: string,
  masterPort: number,
): Promise<ServerProcess & { readonly port: number }> {
  await mkdir(directory, { recursive: true });
  const [port, file] = [await freePort(), path.join(directory, 'sentinel.conf')];
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir ${directory}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} ${QUORUM}`,
    `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${NAME} 5000`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const server = await startServer({
    name: 'Sentinel',
    command: 'redis-server',
    // It writes what it learns into this file, so it cannot come from standard input.
    args: [file, '--sentinel'],
    cwd: directory,
    logFile: path.join(directory, 'sentinel.log'),
    pidFile: path.join(directory, 'server.pid'),
    stopSignal: 'SIGTERM',
    parentDeathSignal: 'TERM',
    stopTimeoutMs: 5_000,
    readyTimeoutMs: 20_000,
    isReady: async () => {
      await ask(port, (client) => client.ping());
      return true;
    },
  });
  return { ...server, port };
}

async function ask<T>(port: number, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** Resolves when a sentinel knows the replica and the other sentinels: until then it would promote nobody. */
const untilComplete = (port: number): Promise<void> =>
  vi.waitFor(
    async () => {
      const about = await ask(port, (client) => client.call('SENTINEL', 'CKQUORUM', NAME));
      const replicas = await ask(port, (client) => client.call('SENTINEL', 'REPLICAS', NAME));
      const others = await ask(port, (client) => client.call('SENTINEL', 'SENTINELS', NAME));
      const counts = [replicas, others].map((list) => (list as unknown[]).length);
      const isUp = JSON.stringify(replicas).includes('"master-link-status","ok"');
      if (!isUp || counts.join() !== `1,${SENTINELS - 1}`) {
        throw new Error(`${String(about)} ${counts.join()}`);
      }
    },
    { timeout: 20_000, interval: 100 },
  );

const untilMaster = (port: number, masterPort: number): Promise<void> =>
  vi.waitFor(
    async () => {
      const address = await ask(port, (client) => client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME));
      if ((address as string[])[1] !== String(masterPort)) throw new Error(String(address));
    },
    { timeout: 30_000, interval: 50 },
  );
