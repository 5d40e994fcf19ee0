import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import type { FileId } from '../../src/domain/ids.js';
import { vaultKeyOf } from '../../src/domain/object-keys.js';
import { asSuperuser, createTestDatabase, type TestDatabase } from '../support/database.js';
import { openHolder, type HolderReport, type HolderTask } from '../support/late-holder.js';
import { vault } from '../support/store-subject.js';
import { ACME, draftFile, freshFileId } from '../support/stored-files.js';
import { bodyOf } from '../support/test-bytes.js';

const LATE = 'the bytes of the one that was paused';
const WAIT = { timeout: 20_000, interval: 50 };

let urls: TestDatabase;
let directory: string;
let successor: Awaited<ReturnType<typeof openHolder>>;
let task: HolderTask;
let end = (): boolean => true;
beforeAll(async () => {
  urls = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-holders-'));
  const [storeRoot, spoolRoot] = [path.join(directory, 'store'), path.join(directory, 'spool')];
  const { redisUrl } = inject('services');
  task = { systemUrl: urls.systemUrl, redisUrl, storeRoot, spoolRoot, fileId: '', text: LATE };
  successor = await openHolder(task);
});
afterAll(async () => {
  end();
  await successor.close();
  await urls.drop();
  await rm(directory, { recursive: true });
});

/** Starts a holder in a process of its own; resolves when it has both locks. */
async function startHolder(fileId: string) {
  const script = path.join(import.meta.dirname, '../support/late-holder.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { ...process.env, LATE_HOLDER: JSON.stringify({ ...task, fileId }) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  end = () => child.kill('SIGKILL');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  expect([await next(), await next()].toSorted()).toEqual(['holds the upload', 'holds the work']);
  return {
    pause: () => child.kill('SIGSTOP'),
    goOn: async (): Promise<HolderReport> => {
      child.stdin.write('go on\n');
      child.kill('SIGCONT');
      return JSON.parse(await next()) as HolderReport;
    },
  };
}

/** An upload that takes exactly the bytes of the late one. */
async function openUpload(): Promise<FileId> {
  const { files, objects } = successor.deps;
  const draft = draftFile(ACME, { sizeBytes: LATE.length, expiresAt: null });
  const { handle } = await objects.beginUpload(draft.ingestKey);
  await files.transact(ACME, (tx) => tx.insert({ ...draft, ingestHandle: handle }));
  return draft.id;
}

/** Everything that a holder may write, as it stands. */
const look = (): Promise<unknown> =>
  asSuperuser(urls.ownerUrl, async (client) => {
    const rows: unknown[] = [];
    for (const table of ['files', 'parts', 'fragments', 'maintenance', 'tenant_usage', 'events']) {
      const found = await client.query(`select to_jsonb(t) as row from ${table} t order by 1`);
      rows.push(...(found.rows as unknown[]));
    }
    return rows;
  });

it('a process that was paused for longer than its leases, and believes in them, writes nothing once another took over', async () => {
  const { objects } = successor.deps;
  const fileId = await openUpload();
  const orphan = vault(vaultKeyOf(ACME.tenantId, freshFileId(), 1));
  await objects.write(orphan, 9, bodyOf(9, 'of no file'));
  const holder = await startHolder(fileId);
  holder.pause();
  // It only begins: what refuses the late one can be nothing but that.
  const appended = await successor.append(fileId, Readable.from([], { objectMode: false }));
  expect(appended).toMatchObject({ ok: true, value: { phase: 'open', offsetBytes: 0 } });
  const lease = await vi.waitFor(async () => {
    const begun = await successor.maintenance.begin('collector', 0);
    if (!begun) throw new Error('The work is not free yet.');
    return begun;
  }, WAIT);
  expect((await successor.collect(() => lease.renew())).kinds.sealed.removed).toBe(1);
  await lease.finish();
  // The late one would remove it once more, if anybody let it.
  await objects.write(orphan, 9, bodyOf(9, 'of no file'));
  const before = await look();

  const { append, collect } = await holder.goOn();
  expect(append).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
  expect(collect).toEqual({ isComplete: false, removed: 0 });
  expect(await look()).toEqual(before);
  expect(await objects.stat(orphan)).toBe(9);
});
