import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { codeOf, createApiClient, granted, type ApiClient, type FileView } from '../support/api-client.js';
import { asSuperuser } from '../support/database.js';
import { loseUpload } from '../support/lose-upload.js';
import { startProduct, type Product } from '../support/product.js';
import { putPart, sha256, sliceOf, untilDecided } from '../support/send-file.js';
import { watchProgress } from '../support/watch-live.js';

const PART = 5 * 1024 * 1024;
const PREFIX = `direct-${randomBytes(6).toString('hex')}`;
/** A busy machine takes its time to start a process. */
const RESTART_TIMEOUT_MS = 180_000;
const CREATE = `mutation ($input: CreateUploadInput!) { answer: createUpload(input: $input) {
  file { id } transfer { mode partCount partSizeBytes tusUrl } } }`;

const SIGN_S3 = `mutation ($input: SignS3UploadInput!) { answer: signS3Upload(input: $input) { url } }`;

interface Opened {
  readonly file: { readonly id: string };
  readonly transfer: { readonly mode: string; readonly partCount: number; readonly tusUrl: string };
}

describe('parts that go straight to the S3 store', () => {
  let product: Product;
  let client: ApiClient;
  beforeAll(async () => {
    const env = { S3_BUCKET_PREFIX: PREFIX };
    product = await startProduct({ services: inject('services'), store: 's3', env });
    await asSuperuser(product.databaseUrl, (db) =>
      db.query(`update tenants set direct_transfer = true where slug = 'acme'`),
    );
    client = createApiClient(product.url, await product.token('acme-uploader'));
  });
  afterAll(() => product.stop());

  const open = async (bytes: Buffer, input: object = {}, as = client): Promise<Opened> => {
    const size = { sizeBytes: bytes.length, partSizeBytes: PART };
    const wanted = { name: 'direct.bin', transport: 'DIRECT', ...size, ...input };
    return granted(await as.ask<Opened>(CREATE, { input: wanted }));
  };
  const sign = async (fileId: string, numbers: readonly number[], extra: object = {}) => {
    const parts = numbers.map((partNumber) => ({ partNumber }));
    return granted(await client.signUploadParts({ fileId, parts, ...extra })).parts;
  };
  /** Signs and sends some parts; the status of each. */
  const send = async (fileId: string, bytes: Buffer, numbers: readonly number[], extra: object = {}) => {
    const parts = await sign(fileId, numbers, extra);
    return Promise.all(
      parts.map(async (part) => (await putPart(part, sliceOf(bytes, PART, part.partNumber))).status),
    );
  };
  const complete = async (fileId: string): Promise<FileView> => {
    granted(await client.completeUpload({ fileId }));
    return untilDecided(client, fileId);
  };

  it(
    'arrive, are seen live by others, survive kill -9 of the API and become CLEAN',
    async () => {
      const bytes = randomBytes(3 * PART + 17);
      const { file, transfer } = await open(bytes);
      expect(transfer).toMatchObject({ mode: 'DIRECT', partCount: 4 });
      const viewer = {
        transport: 'ws',
        url: product.url,
        token: await product.token('acme-viewer'),
      } as const;
      const live = watchProgress(viewer, file.id);
      const parts = await sign(file.id, [1, 2, 3, 4]);
      for (const part of parts.slice(0, 2)) {
        expect(part.url.startsWith(product.url)).toBe(false);
        expect((await putPart(part, sliceOf(bytes, PART, part.partNumber))).status).toBe(200);
      }
      await live.until(({ receivedBytes }) => receivedBytes === 2 * PART);
      live.stop();
      await product.api.kill9();
      for (const part of parts.slice(2)) await putPart(part, sliceOf(bytes, PART, part.partNumber));
      await product.api.restart();
      const resumed = granted(await client.file(file.id));
      expect(resumed?.upload).toMatchObject({ missingPartNumbers: [], receivedBytes: bytes.length });
      expect(await complete(file.id)).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
      const late = await Promise.all(
        parts.map((part) => putPart(part, Buffer.alloc(PART)).catch(() => null)),
      );
      expect(late.filter((answer) => answer?.ok)).toEqual([]);
      const { url } = granted(await client.createDownloadUrl({ fileId: file.id }));
      expect(sha256(Buffer.from(await (await fetch(url)).arrayBuffer()))).toBe(sha256(bytes));
    },
    RESTART_TIMEOUT_MS,
  );

  it('count only when the store lists them, whatever a client claims', async () => {
    const bytes = randomBytes(PART + 5);
    const { file } = await open(bytes);
    const claims = [1, 2].map((partNumber) => ({ partNumber, etag: '0'.repeat(32) }));
    expect(codeOf(await client.completeUpload({ fileId: file.id, parts: claims }))).toBe('UPLOAD_INCOMPLETE');
    expect(await send(file.id, bytes, [1])).toEqual([200]);
    expect(codeOf(await client.completeUpload({ fileId: file.id }))).toBe('UPLOAD_INCOMPLETE');
    expect(await send(file.id, bytes, [2])).toEqual([200]);
    expect(codeOf(await client.completeUpload({ fileId: file.id, parts: claims }))).toBe('CONFLICT');
    // Sent again with other bytes: the newer ones count.
    const other = randomBytes(PART + 5);
    expect(await send(file.id, other, [1, 2])).toEqual([200, 200]);
    expect(await complete(file.id)).toMatchObject({ state: 'CLEAN', sha256: sha256(other) });
  });

  it('never make a file CLEAN that was declared with another hash', async () => {
    const bytes = randomBytes(100);
    const { file } = await open(bytes, { sha256: sha256(randomBytes(100)) });
    await send(file.id, bytes, [1]);
    expect(await complete(file.id)).toMatchObject({
      state: 'REJECTED',
      verdict: { reason: 'CHECKSUM_MISMATCH' },
    });
  });

  it('of another tenant cannot be signed, and a tenant that is not allowed to sends them to the API', async () => {
    const { file } = await open(randomBytes(10));
    const stranger = createApiClient(product.url, await product.token('globex-uploader'));
    const parts = [{ partNumber: 1 }];
    expect(codeOf(await stranger.signUploadParts({ fileId: file.id, parts }))).toBe('NOT_FOUND');
    const theirs = await open(randomBytes(10), {}, stranger);
    expect(theirs.transfer.mode).toBe('PROXIED');
    const wanted = { fileId: theirs.file.id, parts, transport: 'DIRECT' };
    expect(codeOf(await stranger.signUploadParts(wanted))).toBe('CONFLICT');
    const [part] = granted(await stranger.signUploadParts({ ...wanted, transport: null })).parts;
    expect(part?.url).toContain(product.url);
  });

  it('are refused by the store once the upload is cancelled', async () => {
    const bytes = randomBytes(10);
    const { file } = await open(bytes);
    const parts = await sign(file.id, [1]);
    granted(await client.cancelUpload({ fileId: file.id }));
    const statuses = (): Promise<number[]> =>
      Promise.all(parts.map(async (part) => (await putPart(part, bytes)).status));
    await expect.poll(statuses).toEqual([404]);
  });

  it('end with their upload when the store has lost it, and its sender, watchers and clients of S3 learn so', async () => {
    const bytes = randomBytes(10);
    const { file } = await open(bytes);
    const [part] = await sign(file.id, [1]);
    const viewer = { transport: 'ws', url: product.url, token: await product.token('acme-viewer') } as const;
    const live = watchProgress(viewer, file.id);
    await loseUpload(inject('services').s3, PREFIX, file.id);
    expect(part && (await putPart(part, bytes)).status).toBe(404);
    await live.until(({ stage }) => stage === 'EXPIRED');
    live.stop();
    const parts = [{ partNumber: 1 }];
    expect(codeOf(await client.signUploadParts({ fileId: file.id, parts }))).toBe('CONFLICT');
    expect(codeOf(await client.completeUpload({ fileId: file.id }))).toBe('CONFLICT');
    const signed = granted(await client.ask<{ url: string }>(SIGN_S3, { input: { fileId: file.id } }));
    const answer = await fetch(`${signed.url}?uploadId=${file.id}`);
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining('<Code>NoSuchUpload</Code>'),
    ]);
  });

  it('may be mixed with parts through the API, and the rest may come by tus', async () => {
    const bytes = randomBytes(4 * PART + 9);
    const { file, transfer } = await open(bytes);
    expect(await send(file.id, bytes, [1, 4])).toEqual([200, 200]);
    expect(await send(file.id, bytes, [2], { transport: 'PROXIED' })).toEqual([200]);
    const headers = { authorization: `Bearer ${client.token}`, 'tus-resumable': '1.0.0' };
    const head = await fetch(transfer.tusUrl, { method: 'HEAD', headers });
    expect(head.headers.get('upload-offset')).toBe(String(2 * PART));
    // From front to back over a part that the store has already.
    const rest = await fetch(transfer.tusUrl, {
      method: 'PATCH',
      headers: {
        ...headers,
        'upload-offset': String(2 * PART),
        'content-type': 'application/offset+octet-stream',
      },
      body: Uint8Array.from(bytes.subarray(2 * PART)),
    });
    expect([rest.status, rest.headers.get('upload-offset')]).toEqual([204, String(bytes.length)]);
    expect(await untilDecided(client, file.id)).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
  });

  it('continue what tus has begun, in the middle of a part', async () => {
    const bytes = randomBytes(2 * PART);
    const { file, transfer } = await open(bytes, { transport: 'PROXIED' });
    const begun = await fetch(transfer.tusUrl, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${client.token}`,
        'tus-resumable': '1.0.0',
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
      },
      body: Uint8Array.from(bytes.subarray(0, PART + 100)),
    });
    expect(begun.status).toBe(204);
    expect(await send(file.id, bytes, [2], { transport: 'DIRECT' })).toEqual([200]);
    expect(await complete(file.id)).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
  });
});
