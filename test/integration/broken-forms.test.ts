import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import { TransientError } from '../../src/domain/errors.js';
import type { File } from '../../src/domain/file.js';
import { DEFAULT_PART_BYTES } from '../../src/domain/parts.js';
import type { ObjectStore } from '../../src/ports/object-store.js';
import type { Spool, SpoolFile, SpoolingStore } from '../../src/ports/spool.js';
import { receiveFile } from '../../src/usecases/receive-file.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { SENDER } from '../support/lost-scene.js';

const SETTINGS = { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
const BYTES = randomBytes(DEFAULT_PART_BYTES + 5);
const failure = new TransientError('object-store', 'It is down.');
const fail = (): Promise<never> => Promise.reject(failure);

type Received = ReturnType<ReturnType<typeof receiveFile>>;

/** Bytes, and what breaks them off. */
async function* chunksOf(bytes: Buffer, error?: Error): AsyncGenerator<Buffer> {
  const length = 64 * 1024;
  for (let at = 0; at < bytes.length; at += length) yield Buffer.from(bytes.subarray(at, at + length));
  if (error) throw error;
}

describe.each(['given to', 'streamed into'])('a form, whose bytes are %s the store', (way) => {
  let scene: InspectionScene;
  let usual: Spool;
  beforeAll(async () => {
    scene = await openInspectionScene();
    const { spool }: ObjectStore & SpoolingStore = scene.deps.objects;
    usual = way === 'given to' && spool ? spool : scene.deps.spool;
  });
  afterAll(() => scene.close());

  function send(name: string, body: Readable, changes: object = {}): Received {
    const deps = { ...scene.deps, spool: usual, ids: createUuidV7Ids(), settings: SETTINGS, ...changes };
    const idempotencyKey = name.replaceAll(' ', '-');
    return receiveFile(deps)(SENDER, { name, idempotencyKey, body, signal: new AbortController().signal });
  }
  const sendBytes = (name: string, bytes: Buffer, error?: Error): Received =>
    send(name, Readable.from(chunksOf(bytes, error), { objectMode: false }));

  const sizesOf = async ({ id }: Pick<File, 'id'>): Promise<number[]> => {
    const parts = await scene.deps.files.transact(SENDER, (tx) => tx.parts(id));
    return parts.map(({ sizeBytes }) => sizeBytes);
  };

  async function granted(received: Received): Promise<File> {
    const outcome = await received;
    if (!outcome.ok) throw new Error(outcome.fault.message);
    return outcome.value;
  }

  it('that breaks leaves whole parts alone, and one that is longer goes on from there', async () => {
    const broken = sendBytes('broken', BYTES, new Error('It broke.'));
    await expect(broken).rejects.toThrow('It broke.');
    const longer = Buffer.concat([BYTES, randomBytes(7)]);
    const file = await granted(sendBytes('broken', longer));
    expect(await sizesOf(file)).toEqual([DEFAULT_PART_BYTES, 12]);
  });

  it('that has less than what is there of one that broke is told that it is another', async () => {
    const bytes = Buffer.concat([BYTES, BYTES]);
    await expect(sendBytes('less', bytes, new Error('It broke.'))).rejects.toThrow('It broke.');
    const again = await sendBytes('less', BYTES.subarray(0, DEFAULT_PART_BYTES));
    expect(again).toMatchObject({ ok: false, fault: { code: 'IDEMPOTENCY_MISMATCH' } });
  });

  it.each([
    ['shorter, by its last part', BYTES.subarray(0, DEFAULT_PART_BYTES)],
    ['longer', Buffer.concat([BYTES, Buffer.alloc(1)])],
    ['other in its last byte', Buffer.concat([BYTES.subarray(0, -1), Buffer.of((BYTES.at(-1) ?? 0) ^ 1)])],
  ])('that is sent again and is %s is told that it is another', async (what, bytes) => {
    await granted(sendBytes(what, BYTES));
    const again = await sendBytes(what, bytes);
    expect(again).toMatchObject({ ok: false, fault: { code: 'IDEMPOTENCY_MISMATCH' } });
  });

  it('without a byte has no part', async () => {
    const file = await granted(sendBytes('empty', Buffer.alloc(0)));
    expect([file.state, file.sizeBytes, await sizesOf(file)]).toEqual(['SCANNING', 0, []]);
  });

  /** Counts which files are open, and has the store fail. */
  function countOpen(mostFiles: number): { readonly spool: Spool; readonly open: Set<number> } {
    const open = new Set<number>();
    let opened = 0;
    const watch = (file: SpoolFile, number: number): SpoolFile =>
      Object.create(file, {
        close: { value: () => file.close().then(() => open.delete(number)) },
        give: { value: file.give && { ...file.give, asPart: fail } },
      }) as SpoolFile;
    const spool: Spool = {
      open: async (observe) => {
        if (opened === mostFiles) throw failure;
        const file = watch(await usual.open(observe), (opened += 1));
        open.add(opened);
        return file;
      },
    };
    return { spool, open };
  }

  it.each([
    ['the store fails', 2],
    ['there is no room for a second file', 1],
  ])('keeps no file of the upload directory when %s', async (what, mostFiles) => {
    const { spool, open } = countOpen(mostFiles);
    const objects = { ...scene.deps.objects, putPart: fail };
    const body = Readable.from(chunksOf(BYTES), { objectMode: false });
    await expect(send(what, body, { spool, objects })).rejects.toThrow(failure);
    expect([...open]).toEqual([]);
  });
});
