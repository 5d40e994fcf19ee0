import { createHook } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import type { LentChunks, OpenUpload, StoredPart } from '../../../src/ports/object-store.js';

const SIZE_BYTES = 100_000;
const LIVES = 20;
/** What Node asks the system for in a thread of its own: one each. */
const CALLS = new Set(['FSREQCALLBACK', 'FSREQPROMISE', 'FILEHANDLECLOSEREQ']);

type Store = Awaited<ReturnType<typeof createFilesystemStore>>;
interface Life {
  readonly key: string;
  readonly upload: OpenUpload;
  readonly part: StoredPart;
}

let root = '';
/** As in the product, the one is in another process than the other. */
let api: Store;
let worker: Store;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'lazaret-calls-'));
  const options = { root, clock: createSystemClock(), minFreeBytes: 1 };
  api = await createFilesystemStore(options);
  worker = await createFilesystemStore(options);
});
afterAll(() => rm(root, { recursive: true }));

async function countCalls(work: () => Promise<void>): Promise<number> {
  let calls = 0;
  const hook = createHook({ init: (_id, type) => void (calls += CALLS.has(type) ? 1 : 0) }).enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return calls;
}

async function arrive(store: Store): Promise<Life> {
  const key = `tenant/${randomUUID()}`;
  const upload = await store.beginUpload(key);
  const file = await store.spool.open();
  await file.append(Buffer.alloc(SIZE_BYTES, 'x'));
  const part = await file.give?.asPart(upload, 1);
  await file.close();
  if (!part) throw new Error('The spool gives nothing away.');
  return { key, upload, part };
}

async function* lent(body: LentChunks): LentChunks {
  yield* body;
}

async function inspect(store: Store, { key, upload, part }: Life): Promise<void> {
  await store.spareBytes?.();
  await store.finishUpload(upload, [part]);
  const object = await store.lend({ area: 'ingest', key });
  if (!object) throw new Error('There is no object.');
  await store.write({ area: 'vault', key: `${key}/1` }, object.sizeBytes, lent(object.body));
  await store.abortUpload(upload);
  await store.remove({ area: 'ingest', key });
}

it('asks the system for little where a small file arrives, and where it is inspected', async () => {
  const [first, last] = [await arrive(api), await arrive(api)];
  await inspect(worker, first);
  const lives: Life[] = [];
  const arrival = await countCalls(async () => {
    while (lives.length < LIVES) lives.push(await arrive(api));
  });
  const inspection = await countCalls(async () => {
    for (const life of lives) await inspect(worker, life);
  });
  // Each call more is one for every file.
  expect(Math.round(arrival / LIVES)).toBeLessThanOrEqual(18);
  expect(Math.round(inspection / LIVES)).toBeLessThanOrEqual(35);
  await inspect(worker, last);
});
