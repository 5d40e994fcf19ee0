import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFilesystemStore } from '../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import type { ObjectStore, OpenUpload } from '../../src/ports/object-store.js';
import { readDigest } from '../support/store-subject.js';
import { WRITER_BYTES, WRITER_PARTS, type Acknowledged } from '../support/store-writer.js';
import { hashOf } from '../support/test-bytes.js';

const ROUNDS = 6;
const MAX_LIFE_MS = 250;

it('loses nothing that it acknowledged, and shows nothing half, when its process is killed at any moment', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'lazaret-crash-'));
  const life = fc.record({ lifeMs: fc.integer({ min: 1, max: MAX_LIFE_MS }), id: fc.uuid() });
  await fc.assert(
    fc.asyncProperty(life, async ({ lifeMs, id }) => {
      const acknowledged = await runAndKill(root, id, lifeMs);
      const store = await createFilesystemStore({ root, clock: createSystemClock() });
      expect(await readdir(path.join(root, 'tmp'))).toEqual([]);
      await checkObjects(store, acknowledged);
      await checkOpenUpload(store, acknowledged);
    }),
    { numRuns: ROUNDS, endOnFailure: true },
  );
  await rm(root, { recursive: true });
});

/** Lets a writer live for a while after its first acknowledgement. */
async function runAndKill(root: string, prefix: string, lifeMs: number): Promise<Acknowledged[]> {
  const script = path.join(import.meta.dirname, '..', 'support', 'store-writer.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, root, prefix], {
    env: { ...process.env, STORE_WRITER: 'run' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (lines.push(line) === 1) setTimeout(() => child.kill('SIGKILL'), lifeMs);
  }
  await closed;
  return lines.map((line) => JSON.parse(line) as Acknowledged);
}

const partsHash = (key: string): string =>
  hashOf(
    ...Array.from(
      { length: WRITER_PARTS },
      (_, index) => [WRITER_BYTES, `${key}/${String(index + 1)}`] as const,
    ),
  );

async function checkObjects(store: ObjectStore, acknowledged: readonly Acknowledged[]): Promise<void> {
  for (const entry of acknowledged) {
    if (entry.kind === 'finished') {
      const { key } = entry.upload;
      expect((await readDigest(store, { area: 'ingest', key })).sha256).toBe(partsHash(key));
    }
    if (entry.kind === 'written') {
      const { key } = entry;
      expect((await readDigest(store, { area: 'vault', key })).sha256).toBe(hashOf([WRITER_BYTES, key]));
    }
  }
}

/** The upload that was cut off: what was acknowledged of it can still be finished. */
async function checkOpenUpload(store: ObjectStore, acknowledged: readonly Acknowledged[]): Promise<void> {
  const finished = new Set(
    acknowledged.flatMap((entry) => (entry.kind === 'finished' ? [entry.upload.handle] : [])),
  );
  const open = acknowledged.flatMap((entry) =>
    entry.kind === 'part' && !finished.has(entry.upload.handle) ? [entry] : [],
  );
  const upload: OpenUpload | undefined = open[0]?.upload;
  if (!upload) return;
  const parts = open.map(({ part }) => part).sort((a, b) => a.partNumber - b.partNumber);
  await store.finishUpload(upload, parts);
  const pieces = parts.map(
    ({ partNumber }) => [WRITER_BYTES, `${upload.key}/${String(partNumber)}`] as const,
  );
  expect((await readDigest(store, { area: 'ingest', key: upload.key })).sha256).toBe(hashOf(...pieces));
}
