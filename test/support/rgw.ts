import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../launch/free-port.js';
import { findCommand } from '../../launch/services/run-as.js';
import { startServer, type ServerProcess } from '../../launch/services/server-process.js';
import { controlProcess, type ProductProcess } from './control-process.js';
import type { S3Access } from './s3-access.js';

const run = promisify(execFile);
const READY_TIMEOUT_MS = 120_000;
const COMMAND_TIMEOUT_MS = 120_000;
const PROGRAMS = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'monmaptool', 'ceph'];

/** A Ceph object gateway with its monitor and its one storage daemon. */
export interface Rgw extends S3Access {
  /** Speaks S3, and keeps nothing itself; may be killed and started again. */
  readonly gateway: ProductProcess;
  /** The configuration that {@link radosgwAdmin} finds it by. */
  readonly config: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a one-node Ceph with an S3 gateway on 127.0.0.1: a real store, with the credentials AK and SK, and IK and ISK
 * for a second user who has nothing.
 *
 * Killed, not stopped, at the end: its data goes with the directory.
 *
 * @throws Error with one sentence when a program is not installed
 */
export async function startRgw(directory: string): Promise<Rgw> {
  const missing = PROGRAMS.filter((program) => findCommand(program) === null);
  if (missing.length > 0) {
    throw new Error(
      `The S3 store of the tests is not installed (${missing.join(', ')}): ` +
        'apt-get install --no-install-recommends ceph-mon ceph-osd radosgw, or set S3_ENDPOINT.',
    );
  }
  const node = await layOut(directory);
  const stops: (() => Promise<void>)[] = [];
  const add = async (server: Promise<ServerProcess>): Promise<void> => {
    stops.unshift((await server).stop);
  };
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((end) => end()));
  };
  let gateway: ProductProcess;
  try {
    await add(startMonitor(node));
    await add(startStorage(node));
    await createStoreUser(node.config, 'app', ['AK', 'SK']);
    // Fewer than no buckets: it may make none.
    await createStoreUser(node.config, 'ingest', ['IK', 'ISK'], ['--max-buckets=-1']);
    gateway = await controlProcess(() => startGateway(node), stops);
  } catch (error) {
    await stop();
    throw error;
  }
  const ingest = { accessKey: 'IK', secretKey: 'ISK', principal: 'arn:aws:iam:::user/ingest' };
  return {
    endpoint: node.endpoint,
    accessKey: 'AK',
    secretKey: 'SK',
    region: 'us-east-1',
    ingest,
    gateway,
    config: node.config,
    stop,
  };
}

/** Makes a user of a gateway who has nothing yet. */
export async function createStoreUser(
  config: string,
  name: string,
  [accessKey, secretKey]: readonly [string, string],
  options: readonly string[] = [],
): Promise<void> {
  const user = [
    `--uid=${name}`,
    `--display-name=${name}`,
    `--access-key=${accessKey}`,
    `--secret-key=${secretKey}`,
  ];
  await radosgwAdmin(config, 'user', 'create', ...user, ...options);
}

/** Runs `radosgw-admin` for the gateway of a configuration. */
export const radosgwAdmin = (config: string, ...args: string[]): Promise<unknown> =>
  tool({ config }, 'radosgw-admin', ['-n', 'client.rgw.a', ...args]);

interface Node {
  readonly directory: string;
  readonly config: string;
  readonly endpoint: string;
  readonly monitorPort: number;
  readonly fsid: string;
}

async function layOut(directory: string): Promise<Node> {
  for (const name of ['mon', 'osd', 'rgw', 'run', 'log']) {
    await mkdir(path.join(directory, name), { recursive: true, mode: 0o700 });
  }
  const node: Node = {
    directory,
    config: path.join(directory, 'ceph.conf'),
    endpoint: `http://127.0.0.1:${String(await freePort())}`,
    monitorPort: await freePort(),
    fsid: randomUUID(),
  };
  await writeFile(node.config, configuration(node));
  return node;
}

async function startMonitor(node: Node): Promise<ServerProcess> {
  const map = path.join(node.directory, 'run', 'monmap');
  const address = `[v2:127.0.0.1:${String(node.monitorPort)}]`;
  await run('monmaptool', ['--create', '--clobber', '--fsid', node.fsid, '--addv', 'a', address, map]);
  await tool(node, 'ceph-mon', ['--mkfs', '-i', 'a', '--monmap', map]);
  return daemon(node, 'ceph-mon', ['-i', 'a'], async () => {
    await tool(node, 'ceph', ['--connect-timeout', '2', 'mon', 'stat']);
    return true;
  });
}

async function startStorage(node: Node): Promise<ServerProcess> {
  const id = randomUUID();
  await tool(node, 'ceph', ['osd', 'new', id]);
  await tool(node, 'ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', id]);
  return daemon(node, 'ceph-osd', ['-i', '0'], async () => {
    const { stdout } = await tool(node, 'ceph', ['osd', 'stat', '--format', 'json']);
    return /"num_up_osds":\s*1/.test(stdout);
  });
}

const startGateway = (node: Node): Promise<ServerProcess> =>
  daemon(node, 'radosgw', ['-n', 'client.rgw.a'], async () => (await fetch(node.endpoint)).ok);

const tool = (
  { config }: Pick<Node, 'config'>,
  name: string,
  args: readonly string[],
): Promise<{ stdout: string }> => run(name, ['-c', config, ...args], { timeout: COMMAND_TIMEOUT_MS });

const daemon = (
  node: Node,
  name: string,
  args: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<ServerProcess> =>
  startServer({
    name,
    command: findCommand(name) ?? name,
    args: ['-f', '-c', node.config, ...args],
    cwd: node.directory,
    logFile: path.join(node.directory, 'log', `${name}.out`),
    pidFile: path.join(node.directory, 'run', `${name}.started`),
    parentDeathSignal: 'KILL',
    stopSignal: 'SIGKILL',
    stopTimeoutMs: 5_000,
    readyTimeoutMs: READY_TIMEOUT_MS,
    isReady,
  });

const configuration = (node: Node): string => `[global]
fsid = ${node.fsid}
mon host = [v2:127.0.0.1:${String(node.monitorPort)}/0]
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd pool default pg num = 4
osd pool default pgp num = 4
mon max pg per osd = 1000
osd crush chooseleaf type = 0
mon data avail warn = 1
mon data avail crit = 1
run dir = ${node.directory}/run
log file = ${node.directory}/log/$name.log
admin socket = ${node.directory}/run/$name.asok
pid file = ${node.directory}/run/$name.pid
osd memory target = 939524096
[mon.a]
mon data = ${node.directory}/mon
[osd.0]
osd data = ${node.directory}/osd
osd objectstore = bluestore
bluestore block size = 10737418240
[client.rgw.a]
rgw frontends = beast endpoint=${new URL(node.endpoint).host}
rgw data = ${node.directory}/rgw
rgw crypt require ssl = false
rgw override bucket index max shards = 1
debug rgw = 0
`;
