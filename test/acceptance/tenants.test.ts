import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { codeOf, createApiClient, granted, type ApiClient, type ApiOutcome } from '../support/api-client.js';
import { startProduct, type Product } from '../support/product.js';
import { sendFile, untilDecided } from '../support/send-file.js';
import { watchEvents, watchProgress } from '../support/watch-live.js';

/** Of the right form, and of no file. */
const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const SECRET = Buffer.from('cargo list of acme');

let product: Product;
let acme: ApiClient;
let globex: ApiClient;
/** Files of acme, one in each kind of state. */
let ids: { clean: string; open: string };

beforeAll(async () => {
  product = await startProduct({ services: inject('services') });
  acme = createApiClient(product.url, await product.token('acme-admin'));
  globex = createApiClient(product.url, await product.token('globex-admin'));
  const clean = (await untilDecided(acme, (await sendFile(acme, SECRET, { name: 'cargo.txt' })).id)).id;
  const open = granted(await acme.createUpload({ name: 'cargo.txt', sizeBytes: 9 })).file.id;
  ids = { clean, open };
});
afterAll(() => product.stop());

const withoutCorrelation = (outcome: ApiOutcome<unknown>): unknown =>
  JSON.parse(JSON.stringify(outcome, (key, value: unknown) => (key === 'correlationId' ? 'any' : value)));

type Operation = (client: ApiClient, fileId: string) => Promise<ApiOutcome<unknown>>;

const OPERATIONS: readonly (readonly [name: string, operation: Operation])[] = [
  ['file', (client, id) => client.file(id)],
  ['signUploadParts', (client, fileId) => client.signUploadParts({ fileId, parts: [{ partNumber: 1 }] })],
  ['completeUpload', (client, fileId) => client.completeUpload({ fileId })],
  [
    'completeUpload with parts',
    (client, fileId) => client.completeUpload({ fileId, parts: [{ partNumber: 1, etag: 'x' }] }),
  ],
  ['completeUpload with a key', (client, fileId) => client.completeUpload({ fileId, idempotencyKey: 'k1' })],
  ['cancelUpload', (client, fileId) => client.cancelUpload({ fileId })],
  ['createDownloadUrl', (client, fileId) => client.createDownloadUrl({ fileId })],
  ['deleteFile', (client, fileId) => client.deleteFile({ fileId })],
];

describe('another tenant', () => {
  it.each(OPERATIONS)('gets of %s what an unknown id gets', async (_name, operation) => {
    const unknown = withoutCorrelation(await operation(globex, UNKNOWN_ID));
    for (const id of Object.values(ids)) {
      expect(withoutCorrelation(await operation(globex, id))).toEqual(unknown);
    }
    expect(granted(await acme.file(ids.clean))).toMatchObject({ state: 'CLEAN' });
    expect(granted(await acme.file(ids.open))).toMatchObject({ state: 'PENDING' });
  });

  it('gets of a cursor what the cursor of an unknown id gets', async () => {
    const { edges } = granted(await acme.files({ filter: { states: ['CLEAN'] } }));
    const cursor = edges[0]?.cursor ?? '';
    const plain = Buffer.from(cursor, 'base64url').toString();
    expect(plain).toContain(ids.clean);
    const unknown = Buffer.from(plain.replace(ids.clean, UNKNOWN_ID)).toString('base64url');
    const [foreign, never] = await Promise.all([cursor, unknown].map((after) => globex.files({ after })));
    expect(foreign && withoutCorrelation(foreign)).toEqual(never && withoutCorrelation(never));
  });

  it.each(['ws', 'sse'] as const)('cannot subscribe to an upload over %s', async (transport) => {
    const source = { transport, url: product.url, token: globex.token };
    const told = async (fileId: string): Promise<string> => {
      const live = watchProgress(source, fileId);
      const error = await live.done.then(
        () => 'ended',
        (reason: unknown) => String(reason).replace(/"correlationId":"[^"]*"/, ''),
      );
      expect(live.items).toEqual([]);
      return error;
    };
    expect(await told(ids.open)).toContain('NOT_FOUND');
    expect(await told(ids.open)).toBe(await told(UNKNOWN_ID));
  });

  it('sees nothing in its list, and nothing in its history', async () => {
    const source = { transport: 'ws' as const, url: product.url, token: globex.token };
    const live = watchEvents(source);
    const own = granted(await globex.createUpload({ name: 'cargo.txt', sizeBytes: 9 })).file;
    await acme.createUpload({ name: 'more.txt', sizeBytes: 1 });
    await expect
      .poll(async () => {
        await globex.createUpload({ name: 'more.txt', sizeBytes: 1 });
        return live.items.length;
      })
      .toBeGreaterThan(0);
    live.stop();
    const page = granted(await globex.files({ filter: { nameContains: 'cargo' } }));
    expect(page.edges.map(({ node }) => node.id)).toEqual([own.id]);
    expect(page.totalCount).toBe(1);
    const mine = granted(await globex.files({})).edges.map(({ node }) => node.id);
    expect(mine).toEqual(expect.arrayContaining(live.items.map(({ file }) => file.id)));
  });

  it('may use the same idempotency key, and learns nothing by it', async () => {
    const input = { name: 'same.txt', sizeBytes: 3, idempotencyKey: 'the very same key' };
    expect(codeOf(await acme.createUpload(input))).toBe('BAD_USER_INPUT');
    const [one, other] = await Promise.all(
      [acme, globex].map((client) => client.createUpload({ ...input, idempotencyKey: 'the-same-key' })),
    );
    expect(one?.ok === true && other?.ok === true && one.value.file.id !== other.value.file.id).toBe(true);
    const differs = { ...input, idempotencyKey: 'the-same-key', sizeBytes: 4 };
    expect(codeOf(await globex.createUpload(differs))).toBe('IDEMPOTENCY_MISMATCH');
  });
});

describe('a user without the permission', () => {
  const FORBIDDEN: readonly (readonly [who: string, name: string, operation: Operation])[] = [
    ['acme-viewer', 'createUpload', (client) => client.createUpload({ name: 'a', sizeBytes: 1 })],
    ['acme-viewer', 'uploadFile', (client) => client.uploadFile(SECRET, { name: 'a' })],
    ['acme-viewer', 'deleteFile', (client, fileId) => client.deleteFile({ fileId })],
    ['acme-viewer', 'cancelUpload', (client, fileId) => client.cancelUpload({ fileId })],
    ['acme-viewer', 'completeUpload', (client, fileId) => client.completeUpload({ fileId })],
    [
      'acme-viewer',
      'signUploadParts',
      (client, fileId) => client.signUploadParts({ fileId, parts: [{ partNumber: 1 }] }),
    ],
    ['acme-uploader', 'deleteFile', (client, fileId) => client.deleteFile({ fileId })],
    ['acme-analyst', 'deleteFile', (client, fileId) => client.deleteFile({ fileId })],
    ['acme-analyst', 'createUpload', (client) => client.createUpload({ name: 'a', sizeBytes: 1 })],
  ];

  it.each(FORBIDDEN)('%s is refused %s, whatever the id', async (who, _name, operation) => {
    const client = createApiClient(product.url, await product.token(who));
    for (const id of [ids.clean, ids.open, UNKNOWN_ID]) {
      expect(codeOf(await operation(client, id))).toBe('FORBIDDEN');
    }
  });

  it('may look and download all the same', async () => {
    const viewer = createApiClient(product.url, await product.token('acme-viewer'));
    const { url } = granted(await viewer.createDownloadUrl({ fileId: ids.clean }));
    expect(await (await fetch(url)).text()).toBe(SECRET.toString());
  });
});
