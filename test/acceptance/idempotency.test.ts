import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  codeOf,
  createApiClient,
  granted,
  type ApiClient,
  type ApiOutcome,
  type FileView,
} from '../support/api-client.js';
import { asSuperuser } from '../support/database.js';
import type { Product } from '../support/product.js';
import { sendFile, sendParts, untilDecided } from '../support/send-file.js';
import { onSharedProduct } from '../support/shared-product.js';
import { createTusUpload, tusCalls } from '../support/tus-calls.js';

const TWINS = 6;
const BYTES = Buffer.from('the same request again');

let product: Product;
let clients: ApiClient[];
onSharedProduct(async (shared) => {
  product = shared;
  const token = await product.token('acme-admin');
  clients = [product.url, ...product.otherApis.map(({ url }) => url)].map((url) =>
    createApiClient(url, token),
  );
});

type Answer = ApiOutcome<{ readonly file: FileView }>;
type Ask = (client: ApiClient, idempotencyKey: string) => Promise<Answer>;

const first = (): ApiClient => {
  const [client] = clients;
  if (!client) throw new Error('There is no API.');
  return client;
};
const openUpload = async (): Promise<FileView> =>
  granted(await first().createUpload({ name: 'key.bin', sizeBytes: BYTES.length })).file;
const countFiles = async (name: string): Promise<number> =>
  granted(await first().files({ filter: { nameContains: name } })).totalCount;

/** What a request is about, and how it differs from another one with the same key. */
interface Case {
  readonly name: string;
  readonly prepare: () => Promise<string>;
  readonly ask: (subject: string) => Ask;
  readonly askOther: (subject: string) => Ask;
}

const sent = async (): Promise<string> => {
  const { id, upload } = await openUpload();
  await sendParts(first(), id, BYTES, upload.partSizeBytes);
  return id;
};
const clean = async (): Promise<string> =>
  (await untilDecided(first(), (await sendFile(first(), BYTES)).id)).id;

const CASES: readonly Case[] = [
  {
    name: 'createUpload',
    prepare: () => Promise.resolve(`created ${randomUUID()}`),
    ask: (name) => (client, idempotencyKey) => client.createUpload({ name, sizeBytes: 5, idempotencyKey }),
    askOther: (name) => (client, idempotencyKey) =>
      client.createUpload({ name, sizeBytes: 6, idempotencyKey }),
  },
  {
    name: 'uploadFile',
    prepare: () => Promise.resolve(`whole ${randomUUID()}`),
    ask: (name) => (client, idempotencyKey) => client.uploadFile(BYTES, { name, idempotencyKey }),
    askOther: (name) => (client, idempotencyKey) =>
      client.uploadFile(Buffer.from('other bytes'), { name, idempotencyKey }),
  },
  {
    name: 'completeUpload',
    prepare: sent,
    ask: (fileId) => (client, idempotencyKey) => client.completeUpload({ fileId, idempotencyKey }),
    askOther: () => async (client, idempotencyKey) =>
      client.completeUpload({ fileId: await sent(), idempotencyKey }),
  },
  {
    name: 'cancelUpload',
    prepare: async () => (await openUpload()).id,
    ask: (fileId) => (client, idempotencyKey) => client.cancelUpload({ fileId, idempotencyKey }),
    askOther: () => async (client, idempotencyKey) =>
      client.cancelUpload({ fileId: (await openUpload()).id, idempotencyKey }),
  },
  {
    name: 'deleteFile',
    prepare: clean,
    ask: (fileId) => (client, idempotencyKey) => client.deleteFile({ fileId, idempotencyKey }),
    askOther: () => async (client, idempotencyKey) =>
      client.deleteFile({ fileId: await clean(), idempotencyKey }),
  },
];

/** What an answer says that must be the same in all of them; the rest of the file may have gone on. */
const essence = (answer: Answer): unknown => {
  const { id, version, state, name } = granted(answer).file;
  return { id, version, state, name };
};

describe('an idempotency key', () => {
  it.each(CASES)('makes twins of $name one request with one answer', async ({ prepare, ask }) => {
    const subject = await prepare();
    const key = randomUUID();
    const asked = Array.from({ length: TWINS }, (_, index) => {
      const client = clients[index % clients.length] ?? first();
      return ask(subject)(client, key);
    });
    const answers = (await Promise.all(asked)).map(essence);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(essence(await ask(subject)(first(), key))).toEqual(answers[0]);
    if (subject.includes(' ')) expect(await countFiles(subject)).toBe(1);
  });

  it.each(CASES)('is refused for another $name', async ({ prepare, ask, askOther }) => {
    const subject = await prepare();
    const key = randomUUID();
    granted(await ask(subject)(first(), key));
    expect(codeOf(await askOther(subject)(first(), key))).toBe('IDEMPOTENCY_MISMATCH');
    granted(await ask(subject)(first(), key));
  });

  it('of one operation is refused for another operation', async () => {
    const key = randomUUID();
    const fileId = granted(await first().createUpload({ name: 'a', sizeBytes: 1, idempotencyKey: key })).file
      .id;
    expect(codeOf(await first().cancelUpload({ fileId, idempotencyKey: key }))).toBe('IDEMPOTENCY_MISMATCH');
  });

  it('of a refused request can be used again', async () => {
    const key = randomUUID();
    const { id: fileId, upload } = await openUpload();
    const early = await first().completeUpload({ fileId, idempotencyKey: key });
    expect(codeOf(early)).toBe('UPLOAD_INCOMPLETE');
    await sendParts(first(), fileId, BYTES, upload.partSizeBytes);
    expect(granted(await first().completeUpload({ fileId, idempotencyKey: key })).file.state).toBe(
      'SCANNING',
    );
  });

  it('is as good as new after its time, over GraphQL and over tus', async () => {
    const client = first();
    const call = tusCalls(client.url, client.token);
    const create = async (idempotencyKey: string, sizeBytes: number): Promise<string> =>
      granted(await client.createUpload({ name: 'a', sizeBytes, idempotencyKey })).file.id;
    const createByTus = (key: string, sizeBytes: number): Promise<string> =>
      createTusUpload(call, sizeBytes, { 'idempotency-key': key });
    for (const ask of [create, createByTus]) {
      const key = randomUUID();
      const before = await ask(key, 1);
      expect(await ask(key, 1)).toBe(before);
      await expect(ask(key, 2)).rejects.toThrow('IDEMPOTENCY_MISMATCH');
      await asSuperuser(product.databaseUrl, (db) =>
        db.query('update idempotency_keys set expires_at = now() where key = $1', [key]),
      );
      expect(await ask(key, 2)).not.toBe(before);
    }
  });

  it.each(['', ' ', 'a b', 'é', 'x'.repeat(256)])('cannot be %j', async (idempotencyKey) => {
    const refused = await first().createUpload({ name: 'a', sizeBytes: 1, idempotencyKey });
    expect(refused).toMatchObject({ ok: false, error: { extensions: { code: 'BAD_USER_INPUT' } } });
  });
});
