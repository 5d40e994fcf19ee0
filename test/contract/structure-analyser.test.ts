import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StructureReport } from '../../src/domain/verdict.js';
import type { RunningAnalyser, StructureAnalyser } from '../../src/ports/structure-analyser.js';
import { startHarmedAnalyser } from '../support/harmed-analyser.js';
import { HARDLY_ANY_TIME, startAnalyser } from '../support/make-analyser.js';
import { rawZip } from '../support/hostile/raw-zip.js';
import { zipOf } from '../support/samples.js';

const MIB = 1024 * 1024;
const LABEL = { name: 'a.bin', declaredType: null };

async function analyse(
  analyser: StructureAnalyser,
  name: string,
  ...chunks: readonly Buffer[]
): Promise<StructureReport> {
  const sizeBytes = chunks.reduce((sum, { length }) => sum + length, 0);
  const session = await analyser.begin({ ...LABEL, name, sizeBytes });
  for (const chunk of chunks) await session.write(chunk);
  return session.finish();
}

describe('analysers in their sandbox', () => {
  let analyser: Awaited<ReturnType<typeof startAnalyser>>;
  beforeAll(async () => {
    analyser = await startAnalyser();
  });
  afterAll(() => analyser.close());

  it('say what a file is and what lies in it', async () => {
    const zip = Buffer.from(
      (await zipOf('___up.txt', Buffer.from('x'))).toString('latin1').replaceAll('___up', '../up'),
      'latin1',
    );
    expect(await analyse(analyser, 'a.zip', zip)).toEqual({
      contentType: 'application/zip',
      findings: [{ code: 'ARCHIVE_TRAVERSAL', detail: '../up.txt', path: '../up.txt' }],
    });
  });

  it('tell on the way what is too much for a scanner', async () => {
    const members = Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}/`, isStored: true }));
    const zip = rawZip(members);
    const session = await analyser.begin({ ...LABEL, name: 'a.zip', sizeBytes: zip.length });
    await session.write(zip.subarray(0, 1000));
    expect(await session.isTooMuch()).toBe(false);
    await session.write(zip.subarray(1000));
    expect(await session.isTooMuch()).toBe(true);
    expect((await session.finish()).findings).toMatchObject([{ code: 'ARCHIVE_TOO_MANY_MEMBERS' }]);
  });

  it('want nothing but the ends of a large file without structure', async () => {
    const session = await analyser.begin({ ...LABEL, sizeBytes: 64 * MIB });
    const chunk = Buffer.alloc(MIB, 'no structure at all \x01');
    let sent = 0;
    for (let index = 0; index < 64; index += 1) if (session.write(chunk)) sent += 1;
    expect(sent).toBeGreaterThan(0);
    await session.finish();
    expect((await analyser.check()).inForce).toContain('files');
  });

  it('take files one after the other and several at a time', async () => {
    const files = Array.from({ length: 12 }, (_, index) =>
      analyse(analyser, `${String(index)}.txt`, Buffer.from('text')),
    );
    expect(await Promise.all(files)).toEqual(
      Array.from({ length: 12 }, () => ({ contentType: null, findings: [] })),
    );
    await expect.poll(() => analyser.counts()).toEqual({ idle: 2, busy: 0 });
  });

  it('are as many as are needed, and one that waits', async () => {
    const few = await startAnalyser({ size: 3 });
    expect(few.counts()).toEqual({ idle: 1, busy: 0 });
    const session = await few.begin({ ...LABEL, sizeBytes: 1 });
    await expect.poll(() => few.counts()).toEqual({ idle: 1, busy: 1 });
    session.abort();
    await expect.poll(() => few.counts()).toEqual({ idle: 2, busy: 0 });
    await few.close();
  });

  it('take the next file when one was given up', async () => {
    const session = await analyser.begin({ ...LABEL, sizeBytes: MIB });
    void session.write(Buffer.alloc(1_000));
    session.abort();
    await expect.poll(() => analyser.counts()).toEqual({ idle: 2, busy: 0 });
    expect((await analyse(analyser, 'b.txt', Buffer.from('b'))).findings).toEqual([]);
  });
});

/** Analysers that do what one does that an attacker has taken over. */
describe('an analyser that was taken over', () => {
  let analyser: RunningAnalyser | undefined;
  afterEach(() => analyser?.close());

  const start = async (
    code: string,
    overrides: Parameters<typeof startAnalyser>[0] = {},
  ): Promise<RunningAnalyser> => {
    analyser = await startHarmedAnalyser(code, { replyTimeoutMs: 60_000, ...overrides });
    return analyser;
  };

  it.each([
    [
      'reads a file',
      `try { (await import('node:fs')).readFileSync('/etc/passwd'); frame(5, OK); } catch { process.exit(3); }`,
    ],
    [
      'writes a file',
      `try { (await import('node:fs')).writeFileSync('/dev/shm/x', 'x'); frame(5, OK); } catch { process.exit(3); }`,
    ],
    [
      'starts a program',
      `try { (await import('node:child_process')).execFileSync('true'); frame(5, OK); } catch { process.exit(3); }`,
    ],
    ['knows our environment', `if (Object.keys(process.env).length > 0) frame(5, OK); else process.exit(3);`],
    [
      'calls somebody',
      `(await import('node:net')).connect(9, '127.0.0.1').on('error', (e) => { if (e.code === 'ECONNREFUSED') frame(5, OK); else process.exit(3); });`,
    ],
    ['takes memory without end', `const all = []; for (;;) all.push(Buffer.alloc(1e8, 1)); frame(5, OK);`],
    ['says what is no report', `frame(5, '{"findings":[{"code":"FINE"}],"contentType":null}');`],
    ['says it in another way', `frame(5, '{"findings":[],"contentType":null,"verdict":"CLEAN"}');`],
    ['says too much', `process.stdout.write(Buffer.from([5, 255, 255, 255, 255]));`],
    ['speaks another language', `process.stdout.write('HTTP/1.1 200 OK\\r\\n\\r\\n');`],
    ['ends', `process.exit(0);`],
  ])('and %s gives no report, and another one takes its place', async (_what, code) => {
    const taken = await start(`const OK = '{"findings":[],"contentType":null}'; ${code}`);
    await expect(analyse(taken, 'a', Buffer.from('bytes'))).rejects.toMatchObject({ dependency: 'analyser' });
    await expect
      .poll(
        () =>
          taken.check().then(
            () => 'ready',
            () => 'not yet',
          ),
        { timeout: 20_000 },
      )
      .toBe('ready');
  });

  it.each([
    [
      'comes to no end',
      'for (;;);',
      { replyTimeoutMs: 2_000, limits: HARDLY_ANY_TIME },
      { name: 'OvertimeError' },
    ],
    ['takes no bytes', 'process.stdin.pause();', { writeTimeoutMs: 300 }, { name: 'TransientError' }],
  ])('and %s is killed when its time is over', async (_what, code, timeouts, error) => {
    const stuck = await start(code, timeouts);
    const bytes = 'writeTimeoutMs' in timeouts ? Buffer.alloc(8 * MIB) : Buffer.from('bytes');
    await expect(analyse(stuck, 'a', bytes)).rejects.toMatchObject({ dependency: 'analyser', ...error });
    await expect
      .poll(
        () =>
          stuck.check().then(
            () => 'ready',
            () => 'not yet',
          ),
        { timeout: 20_000 },
      )
      .toBe('ready');
  });
});
