import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import { DEFAULT_PART_BYTES } from '../../src/domain/parts.js';
import type { ObjectStore } from '../../src/ports/object-store.js';
import type { Spool, SpoolingStore } from '../../src/ports/spool.js';
import { receiveFile } from '../../src/usecases/receive-file.js';
import { asSuperuser } from '../support/database.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { SENDER } from '../support/lost-scene.js';

const SETTINGS = { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
const SIZE_BYTES = DEFAULT_PART_BYTES + 5;
/** So many that it is known that the first part has come. */
const BEGINNING_BYTES = DEFAULT_PART_BYTES + 1;
const VERSION_OF_FIRST_PART = /\/1-[0-9a-f]{32}$/;
const MISMATCH = { ok: false, fault: { code: 'IDEMPOTENCY_MISMATCH' } };

/** A whole file that is on its way, a stretch at a time. */
interface Form {
  /** It knows what is there, and waits for bytes. */
  readonly begun: Promise<void>;
  send(from: number, to: number): void;
  readonly received: ReturnType<ReturnType<typeof receiveFile>>;
}

describe.each(['given to', 'streamed into'])('twins of one key, whose bytes are %s the store', (way) => {
  let scene: InspectionScene;
  beforeAll(async () => {
    scene = await openInspectionScene();
  });
  afterAll(() => scene.close());

  function begin(key: string, bytes: Buffer): Form {
    const body = new PassThrough();
    const begun = Promise.withResolvers<void>();
    const { spool: own }: ObjectStore & SpoolingStore = scene.deps.objects;
    const used = way === 'given to' && own ? own : scene.deps.spool;
    const open: Spool['open'] = (observe) => {
      begun.resolve();
      return used.open(observe);
    };
    const deps = { ...scene.deps, spool: { open }, ids: createUuidV7Ids(), settings: SETTINGS };
    const signal = new AbortController().signal;
    return {
      begun: begun.promise,
      received: receiveFile(deps)(SENDER, { name: key, idempotencyKey: key, body, signal }),
      send: (from, to) => {
        body.write(Buffer.from(bytes.subarray(from, to)));
        if (to === bytes.length) body.end();
      },
    };
  }

  const countParts = async (key: string): Promise<number> => {
    const { rows } = await asSuperuser(scene.ownerUrl, (client) =>
      client.query('select from parts join files on files.id = file_id where name = $1', [key]),
    );
    return rows.length;
  };

  /** Two that have both found an upload without bytes; the first has brought a part since. */
  async function beginTwins(key: string, bytes: Buffer, others: Buffer): Promise<readonly [Form, Form]> {
    const first = begin(key, bytes);
    await first.begun;
    const second = begin(key, others);
    await second.begun;
    first.send(0, BEGINNING_BYTES);
    await expect.poll(() => countParts(key), { timeout: 10_000 }).toBe(1);
    return [first, second];
  }

  async function expectBytes(first: Form, bytes: Buffer): Promise<void> {
    const outcome = await first.received;
    if (!outcome.ok) throw new Error(outcome.fault.message);
    await scene.inspect(outcome.value);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await scene.find(outcome.value)).toMatchObject({ state: 'CLEAN', sha256 });
  }

  it('are never mixed: who brings other bytes is told so, and leaves nothing behind', async () => {
    const [bytes, others] = [randomBytes(SIZE_BYTES), randomBytes(SIZE_BYTES)];
    const [first, second] = await beginTwins('mixed', bytes, others);
    second.send(0, SIZE_BYTES);
    expect(await second.received).toMatchObject(MISMATCH);
    const names = await readdir(scene.root, { recursive: true });
    expect(names.filter((name) => VERSION_OF_FIRST_PART.test(name))).toHaveLength(1);
    first.send(BEGINNING_BYTES, SIZE_BYTES);
    await expectBytes(first, bytes);
  });

  it('with the same bytes are one file, whichever brings a part first', async () => {
    const bytes = randomBytes(SIZE_BYTES);
    const [first, second] = await beginTwins('same', bytes, bytes);
    second.send(0, SIZE_BYTES);
    const outcome = await second.received;
    first.send(BEGINNING_BYTES, SIZE_BYTES);
    expect(outcome).toMatchObject({ ok: true });
    expect(await first.received).toEqual(outcome);
    await expectBytes(first, bytes);
  });
});
