import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Confinement, RunningAnalyser } from '../../src/ports/structure-analyser.js';
import { startHarmedAnalyser } from '../support/harmed-analyser.js';

const MIB = 1024 * 1024;

/** What one tries that has taken an analyser over; each answers with what came of it. */
const TRIES = `
const fs = await import('node:fs');
const attempt = async (work) => { try { await work(); return 'it works'; } catch (e) { return e.code ?? e.message; } };
const results = {
  read: await attempt(() => fs.readFileSync('/etc/passwd')),
  list: await attempt(() => fs.readdirSync('/')),
  write: await attempt(() => fs.writeFileSync('/dev/shm/lazaret', 'x')),
  ownFile: await attempt(() => fs.appendFileSync(process.argv[1], 'x')),
  command: await attempt(async () => (await import('node:child_process')).execFileSync('true')),
  thread: await attempt(async () => new (await import('node:worker_threads')).Worker('1', { eval: true })),
  addon: await attempt(() => process.dlopen({ exports: {} }, '/lib/x.node')),
  network: await attempt(async () => {
    const socket = (await import('node:net')).connect(Number(PORT), '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  }),
  worker: await attempt(() => process.kill(process.ppid, 0)),
  environment: Object.keys(process.env).join(),
};
const report = { findings: [{ code: 'ANALYSIS_LIMIT', detail: JSON.stringify(results), path: null }], contentType: null };
`;
describe('the sandbox', () => {
  let server: Server;
  let calls = 0;
  let analyser: RunningAnalyser | undefined;
  let reported: Confinement | undefined;

  beforeAll(async () => {
    server = createServer(() => (calls += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const code = `${TRIES.replace('PORT', String(port))} frame(5, JSON.stringify(report));`;
    analyser = await startHarmedAnalyser(
      code,
      { replyTimeoutMs: 60_000 },
      { onStart: (confinement) => (reported = confinement) },
    );
  });
  afterAll(async () => {
    await analyser?.close();
    server.close();
  });

  const parentOf = async (pid: string): Promise<number> =>
    Number(/^PPid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const pidOfAnalyser = async (): Promise<string> => {
    for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (command.includes('lazaret-harmed-') && (await parentOf(pid)) === process.pid) return pid;
    }
    throw new Error('There is no analyser.');
  };
  /** The fields of a file of `/proc` of the analyser. */
  const fieldsOf = async (name: string): Promise<(field: string) => string> => {
    const text = await readFile(`/proc/${await pidOfAnalyser()}/${name}`, 'utf8');
    return (field) => new RegExp(`^${field}:?\\s+(.*)$`, 'm').exec(text)?.[1] ?? '';
  };
  const isInForce = (name: string): boolean => reported?.inForce.includes(name) ?? false;

  it('says at its start and afterwards what is in force, and what is not', async () => {
    expect(await analyser?.check()).toEqual(reported);
    expect(reported?.inForce).toEqual(expect.arrayContaining(['files', 'children', 'environment', 'heap']));
    expect([...(reported?.inForce ?? []), ...(reported?.missing ?? [])].sort()).toEqual(
      ['files', 'children', 'environment', 'heap', 'network', 'user', 'limits'].sort(),
    );
  });

  it('is what the kernel says of its process', async () => {
    const [status, limits] = [await fieldsOf('status'), await fieldsOf('limits')];
    if (isInForce('user')) {
      expect(status('NoNewPrivs')).toBe('1');
      expect([status('CapEff'), status('CapPrm'), status('CapBnd')].map(Number)).toEqual([0, 0, 0]);
      if (process.getuid?.() === 0) expect(Number(status('Uid').split(/\s+/)[0])).toBeGreaterThan(60_000);
    }
    if (isInForce('limits')) {
      expect(limits('Max file size')).toMatch(/^0 /);
      expect(limits('Max core file size')).toMatch(/^0 /);
      expect(limits('Max address space')).toMatch(new RegExp(`^${String(2048 * MIB)} `));
      expect(limits('Max open files')).toMatch(/^64 /);
    }
  });

  it('lets nothing of what it forbids be done from within', async () => {
    const session = await analyser?.begin({ name: 'a', declaredType: null, sizeBytes: 5 });
    await session?.write(Buffer.from('bytes'));
    const report = await session?.finish();
    const results = JSON.parse(report?.findings[0]?.detail ?? '{}') as Record<string, string>;
    const denied = 'ERR_ACCESS_DENIED';
    expect(results).toMatchObject({ read: denied, list: denied, write: denied, ownFile: denied });
    expect(results).toMatchObject({ command: denied, thread: denied, environment: '' });
    expect(['ERR_DLOPEN_DISABLED', denied]).toContain(results['addon']);
    if (isInForce('user') && process.getuid?.() === 0) expect(results['worker']).toBe('EPERM');
    if (isInForce('network')) {
      expect(results['network']).toMatch(/^E(?:NETUNREACH|CONNREFUSED|ACCES|PERM)$/);
      expect(calls).toBe(0);
    }
  });

  it('is whole where it is set up by root, and has a network of its own', async () => {
    if (process.getuid?.() !== 0) return;
    expect(reported?.missing).toEqual([]);
    const networkOf = (pid: string): Promise<string> => readlink(`/proc/${pid}/ns/net`);
    expect(await networkOf(await pidOfAnalyser())).not.toBe(await networkOf('self'));
  });
});
