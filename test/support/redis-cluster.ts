import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Redis } from 'ioredis';
import { expect, vi } from 'vitest';
import { freePort } from '../../launch/free-port.js';
import { startRedis, type RedisServer } from '../../launch/services/redis.js';

/** Servers of one topology, with the address that clients use. */
export interface RedisServers {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Three masters that share the keys. */
export interface RedisCluster extends RedisServers {
  readonly masters: readonly RedisServer[];
  /** Kills one of the masters without a word, waits until the others miss it, and starts it again. */
  readonly interrupt: () => Promise<void>;
}

const SLOTS = 16_384;
const MASTERS = 3;
const WAIT = { timeout: 20_000, interval: 50 };

/** Starts a cluster of three masters on free ports of 127.0.0.1. */
export async function startRedisCluster(directory: string): Promise<RedisCluster> {
  const starts = Array.from({ length: MASTERS }, (_, index) => startMaster(directory, index));
  const started = await Promise.all(starts);
  const masters = started.map(({ server }) => server);
  const [victim, witness] = started;
  if (!victim || !witness) throw new Error('A cluster has masters.');
  let again: RedisServer | undefined;
  const clients = masters.map(({ url }) => new Redis(url));
  try {
    await join(clients, started);
  } finally {
    for (const client of clients) client.disconnect();
  }
  return {
    url: `redis+cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    masters,
    interrupt: async () => {
      const { pid, exited } = again ?? victim.server;
      process.kill(pid, 'SIGKILL');
      await exited;
      await untilInfo(witness.server.url, 'cluster_state:fail');
      again = await victim.restart();
      await untilInfo(witness.server.url, 'cluster_state:ok');
    },
    stop: async () => {
      const running = again === undefined ? masters : [...masters, again];
      await Promise.all(running.map((server) => server.stop()));
    },
  };
}

interface Master {
  readonly server: RedisServer;
  readonly busPort: number;
  readonly restart: () => Promise<RedisServer>;
}

async function startMaster(root: string, index: number): Promise<Master> {
  const directory = path.join(root, `master-${index}`);
  await mkdir(directory, { recursive: true });
  const busPort = await freePort();
  const settings = {
    'cluster-enabled': 'yes',
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': '1500',
    'cluster-port': String(busPort),
  };
  const server = await startRedis({ directory, settings });
  return { server, busPort, restart: () => startRedis({ directory, settings, port: server.port }) };
}

async function join(clients: readonly Redis[], masters: readonly Master[]): Promise<void> {
  const [first] = masters;
  if (!first) throw new Error('A cluster has masters.');
  for (const [index, client] of clients.entries()) {
    const [from, to] = [index, index + 1].map((share) => Math.floor((share * SLOTS) / MASTERS));
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(Number(to) - 1));
    await client.call('CLUSTER', 'MEET', '127.0.0.1', String(first.server.port), String(first.busPort));
  }
  await Promise.all(
    masters.map(async ({ server }) => {
      await untilInfo(server.url, `cluster_known_nodes:${MASTERS}`);
      await untilInfo(server.url, 'cluster_state:ok');
    }),
  );
}

async function untilInfo(url: string, line: string): Promise<void> {
  const client = new Redis(url);
  try {
    await vi.waitFor(async () => expect(await client.cluster('INFO')).toContain(line), WAIT);
  } finally {
    client.disconnect();
  }
}
