import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createThreadedDigester } from '../../../src/adapters/digest/threaded-digester.js';
import { createUploadSpool } from '../../../src/adapters/filesystem/upload-spool.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { createUuidV7Ids } from '../../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../../src/domain/actor.js';
import { fault, TransientError, UncertainError } from '../../../src/domain/errors.js';
import type { Fragment } from '../../../src/domain/file.js';
import { ok } from '../../../src/domain/result.js';
import type { FileStore, FileTransaction } from '../../../src/ports/file-store.js';
import type { ObjectStore } from '../../../src/ports/object-store.js';
import { writeNewFile } from '../../../src/usecases/new-file.js';
import { enterPart } from '../../../src/usecases/receive-part.js';
import { takeBody } from '../../../src/usecases/resumable/take-body.js';
import { createMemoryEventBus } from '../../support/memory-event-bus.js';
import { ACME, draftFile, freshFileId, makePart } from '../../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload']) };
const clock = createSystemClock();
const file = draftFile(ACME, { ingestHandle: 'handle', sizeBytes: 1_000 });
const away = new TransientError('postgres', 'It was away.');
const broken = new UncertainError('postgres', 'It broke off in the commit.');

/** A failed write, and what rows say afterwards; `undefined` while the database is away. */
interface Case {
  readonly name: string;
  readonly error: Error;
  readonly rows: 'name it' | 'do not name it' | undefined;
  /** Which of what was stored goes. */
  readonly goes: { readonly upload: boolean; readonly bytes: boolean };
}

const CASES: readonly Case[] = [
  {
    name: 'surely did not happen',
    error: away,
    rows: undefined,
    goes: { upload: true, bytes: true },
  },
  {
    name: 'may have happened',
    error: broken,
    rows: undefined,
    goes: { upload: false, bytes: false },
  },
  {
    name: 'may have happened, and did',
    error: broken,
    rows: 'name it',
    goes: { upload: false, bytes: false },
  },
  {
    name: 'may have happened, and did not',
    error: broken,
    rows: 'do not name it',
    goes: { upload: false, bytes: true },
  },
];

/** A database whose first transaction fails. */
function failing({ error, rows }: Case, keyOf: () => string = () => ''): FileStore {
  const isNamed = rows === 'name it';
  const fragment = (): Fragment => ({ partNumber: 1, offsetBytes: 0, sizeBytes: 10, objectKey: keyOf() });
  const tx: Partial<FileTransaction> = {
    findForUpdate: () => Promise.resolve(file),
    parts: () => Promise.resolve(isNamed ? [makePart(1, 10)] : [makePart(1, 11)]),
    fragments: () => Promise.resolve(isNamed ? [fragment()] : []),
  };
  let calls = 0;
  return {
    transact: (_scope, work) => {
      calls += 1;
      return calls === 1 || rows === undefined ? Promise.reject(error) : work(tx as FileTransaction);
    },
  };
}
const storeOf = (methods: Partial<ObjectStore>): ObjectStore => methods as ObjectStore;

describe.each(CASES)('what was stored for a write that $name', (failure) => {
  const { error, goes } = failure;

  it(`${goes.upload ? 'goes' : 'stays'}, the upload of a new file`, async () => {
    const abortUpload = vi.fn<ObjectStore['abortUpload']>(() => Promise.resolve());
    const written = writeNewFile(
      storeOf({ abortUpload }),
      file,
      () => Promise.reject(error),
      () => file.id,
    );
    await expect(written).rejects.toBe(error);
    expect(abortUpload).toHaveBeenCalledTimes(goes.upload ? 1 : 0);
  });

  it(`${goes.bytes ? 'goes' : 'stays'}, a part`, async () => {
    const discardPart = vi.fn<NonNullable<ObjectStore['discardPart']>>(() => Promise.resolve());
    const deps = { files: failing(failure), objects: storeOf({ discardPart }), clock };
    await expect(enterPart(deps, ACME, file, makePart(1, 10))).rejects.toBe(error);
    expect(discardPart).toHaveBeenCalledTimes(goes.bytes ? 1 : 0);
  });

  it(`${goes.bytes ? 'goes' : 'stays'}, a piece that continues an upload`, async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'lazaret-spool-'));
    directories.push(root);
    const write = vi.fn<ObjectStore['write']>(async (_ref, _size, body) => {
      for await (const chunk of body) expect(chunk).toHaveLength(10);
    });
    const written = (): string[] => write.mock.calls.map(([{ key }]) => key);
    const remove = vi.fn<ObjectStore['remove']>(() => Promise.resolve());
    const deps = {
      files: failing(failure, () => written()[0] ?? ''),
      objects: storeOf({ write, remove }),
      bus: createMemoryEventBus(),
      ids: createUuidV7Ids(),
      spool: await createUploadSpool({ root, clock }),
      digests: createThreadedDigester(),
      clock,
    };
    const upload = { file, parts: new Map(), fragments: [], offsetBytes: 0, limitBytes: 1_000 };
    const body = Readable.from([Buffer.alloc(10)]);
    await expect(takeBody(deps, ACTOR, upload, { body, lock: { isHeld: () => true } })).rejects.toBe(error);
    expect(written()).toHaveLength(1);
    expect(remove.mock.calls.map(([{ key }]) => key)).toEqual(goes.bytes ? written() : []);
  });
});

const directories: string[] = [];
afterAll(() => Promise.all(directories.map((root) => rm(root, { recursive: true, force: true }))));

it.each([
  ['closed when another file is the answer', ok(freshFileId()), 1],
  ['closed when it is refused', fault('QUOTA_EXCEEDED'), 1],
  ['left open when it is the answer', ok(file.id), 0],
])('the upload of a new file is %s', async (_, outcome, times) => {
  const abortUpload = vi.fn<ObjectStore['abortUpload']>(() => Promise.resolve());
  const write = () => Promise.resolve(outcome);
  expect(await writeNewFile(storeOf({ abortUpload }), file, write, (id) => id)).toBe(outcome);
  expect(abortUpload).toHaveBeenCalledTimes(times);
});
