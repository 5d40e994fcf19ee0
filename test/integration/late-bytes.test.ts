import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { ObjectStore } from '../../src/ports/object-store.js';
import type { GiveAway, Spool, SpoolFile, SpoolingStore } from '../../src/ports/spool.js';
import type { UrlSigner } from '../../src/ports/url-signer.js';
import { completeUpload } from '../../src/usecases/complete-upload.js';
import { createUpload } from '../../src/usecases/create-upload.js';
import { receiveFile } from '../../src/usecases/receive-file.js';
import { receivePart } from '../../src/usecases/receive-part.js';
import { asSuperuser } from '../support/database.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { ACME, draftFile } from '../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload', 'file:read']) };
const SETTINGS = { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
const BYTES = Buffer.from('the same bytes, sent twice');

type Store = ObjectStore & SpoolingStore;

/** A store that lets the bytes of a part in only when the gate opens, before or after it has taken them. */
function gated(
  objects: Store,
  moment: 'before' | 'after',
): { store: Store; reached: Promise<void>; open(): void } {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const wait = async (): Promise<void> => {
    reached.resolve();
    await gate.promise;
  };
  const held = async <T>(work: () => Promise<T>): Promise<T> => {
    if (moment === 'before') await wait();
    const result = await work();
    if (moment === 'after') await wait();
    return result;
  };
  const gateFile = ({ give }: SpoolFile): PropertyDescriptorMap => ({
    give: {
      value: give && {
        ...give,
        asPart: (...part: Parameters<GiveAway['asPart']>) => held(() => give.asPart(...part)),
      },
    },
  });
  const { spool } = objects;
  const open: Spool['open'] = async (observe) => {
    const file = await spool?.open(observe);
    if (!file) throw new Error('The store has no spool.');
    return Object.create(file, gateFile(file)) as SpoolFile;
  };
  const putPart: ObjectStore['putPart'] = (...part) => held(() => objects.putPart(...part));
  const store: Store = { ...objects, putPart, ...(spool && { spool: { open } }) };
  return { store, reached: reached.promise, open: gate.resolve };
}

const WAYS = ['given to', 'streamed into'] as const;

describe.each(WAYS)('bytes %s the store, which arrive when another request has ended their upload', (way) => {
  let scene: InspectionScene;
  let usual: Store;
  beforeAll(async () => {
    scene = await openInspectionScene();
    const { spool: _, ...streaming }: Store = scene.deps.objects;
    usual = way === 'given to' ? scene.deps.objects : streaming;
  });
  afterAll(() => scene.close());

  const send = (objects: Store, key: string, bytes: Buffer): ReturnType<ReturnType<typeof receiveFile>> =>
    receiveFile({
      ...scene.deps,
      ...(objects.spool && { spool: objects.spool }),
      ...{ objects, ids: createUuidV7Ids(), settings: SETTINGS },
    })(ACTOR, {
      name: 'twin.bin',
      idempotencyKey: key,
      body: Readable.from([Buffer.from(bytes)], { objectMode: false }),
      signal: new AbortController().signal,
    });

  const expireKeys = (): Promise<unknown> =>
    asSuperuser(scene.ownerUrl, (client) => client.query('update idempotency_keys set expires_at = now()'));

  it.each(['before', 'after'] as const)(
    'a twin of a whole file gets the answer of the faster one, which came in %s the store took the bytes',
    async (moment) => {
      const slow = gated(usual, moment);
      const late = send(slow.store, moment, BYTES);
      await slow.reached;
      const first = await send(usual, moment, BYTES);
      expect(first).toMatchObject({ ok: true, value: { state: 'SCANNING' } });
      if (first.ok && moment === 'before') await scene.inspect(first.value);
      slow.open();
      expect(await late).toEqual(first);
    },
  );

  it('a twin with other bytes is told that they differ', async () => {
    const slow = gated(usual, 'before');
    const late = send(slow.store, 'other', Buffer.from('other bytes'));
    await slow.reached;
    await send(usual, 'other', BYTES);
    slow.open();
    expect(await late).toMatchObject({ ok: false, fault: { code: 'IDEMPOTENCY_MISMATCH' } });
  });

  it('a whole file is taken also when its key was forgotten meanwhile', async () => {
    const slow = gated(usual, 'before');
    const late = send(slow.store, 'forgotten', BYTES);
    await slow.reached;
    await asSuperuser(scene.ownerUrl, (client) => client.query('delete from idempotency_keys'));
    slow.open();
    const first = await late;
    expect(first).toMatchObject({ ok: true, value: { state: 'SCANNING' } });
    expect(await send(usual, 'forgotten', BYTES)).toEqual(first);
  });

  it('a whole file never gives its answer to another request that has its key by now', async () => {
    const slow = gated(usual, 'before');
    const late = send(slow.store, 'taken', BYTES);
    await slow.reached;
    await expireKeys();
    const upload = { name: 'other.bin', sizeBytes: 9, idempotencyKey: 'taken' };
    const urls: Partial<UrlSigner> = { tusUrl: (id: string) => id };
    const create = createUpload({
      ...scene.deps,
      ids: createUuidV7Ids(),
      urls: urls as UrlSigner,
      settings: SETTINGS,
    });
    const other = await create(ACTOR, upload);
    slow.open();
    expect(await late).toMatchObject({ ok: true, value: { state: 'SCANNING' } });
    expect(other).toMatchObject({ ok: true, value: { file: { name: 'other.bin' } } });
    expect(await create(ACTOR, upload)).toEqual(other);
  });

  it.each([
    ['gets the answer of the other where the bytes are the same', BYTES, 'same'],
    ['is told that they differ where they are others', Buffer.from('THE same bytes, sent twice'), 'mismatch'],
  ])('a whole file that was sent again after its key ran out %s', async (_what, bytes, expected) => {
    const slow = gated(usual, 'before');
    const late = send(slow.store, expected, bytes);
    await slow.reached;
    await expireKeys();
    const first = await send(usual, expected, BYTES);
    slow.open();
    const mismatch = { ok: false, fault: { code: 'IDEMPOTENCY_MISMATCH' } };
    expect(await late).toMatchObject(expected === 'same' ? first : mismatch);
    expect(await send(usual, expected, BYTES)).toEqual(first);
  });

  it('of two whole files of one key the one that is complete first is the answer to both', async () => {
    const [slow, slower] = [gated(usual, 'before'), gated(usual, 'before')];
    const late = send(slow.store, 'both', BYTES);
    await slow.reached;
    await expireKeys();
    const later = send(slower.store, 'both', BYTES);
    await slower.reached;
    slow.open();
    const first = await late;
    expect(first).toMatchObject({ ok: true, value: { state: 'SCANNING' } });
    slower.open();
    expect(await later).toEqual(first);
    expect(await send(usual, 'both', BYTES)).toEqual(first);
  });

  it('a part is refused with CONFLICT, also when its place in the store is gone', async () => {
    const file = await scene.deps.files.transact(ACTOR, async (tx) => {
      const draft = draftFile(ACTOR, { sizeBytes: BYTES.length, partSizeBytes: 5_242_880 });
      const { handle } = await scene.deps.objects.beginUpload(draft.ingestKey);
      const fresh = { ...draft, ingestHandle: handle };
      await tx.insert(fresh);
      return fresh;
    });
    const grant = {
      tenantId: file.tenantId,
      fileId: file.id,
      partNumber: 1,
      sizeBytes: BYTES.length,
      subject: 'alice',
    };
    const put = (objects: Store): ReturnType<ReturnType<typeof receivePart>> =>
      receivePart({ ...scene.deps, objects })(grant, ACME, {
        body: Readable.from([BYTES], { objectMode: false }),
        signal: new AbortController().signal,
      });
    const slow = gated(usual, 'before');
    const late = put(slow.store);
    await slow.reached;
    expect(await put(usual)).toMatchObject({ ok: true });
    await completeUpload({ ...scene.deps, settings: SETTINGS })(ACTOR, { fileId: file.id });
    await scene.inspect(await scene.find(file));
    slow.open();
    expect(await late).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
    expect(await scene.find(file)).toMatchObject({ state: 'CLEAN' });
  });
});
