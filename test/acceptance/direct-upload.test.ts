import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createApiClient, granted, type ApiClient, type SignedPartView } from '../support/api-client.js';
import { asSuperuser } from '../support/database.js';
import { startProduct, type Product } from '../support/product.js';
import { putPart, sha256, sliceOf, untilDecided } from '../support/send-file.js';
import { watchProgress } from '../support/watch-live.js';

const MIB = 1024 * 1024;
const PART = 5 * MIB;

describe('parts that go straight to the S3 store', () => {
  let product: Product;
  let client: ApiClient;
  beforeAll(async () => {
    const show = (line: string): void => {
      process.stderr.write(`${line}\n`);
    };
    product = await startProduct({ services: inject('services'), store: 's3', show });
    await asSuperuser(product.databaseUrl, (db) =>
      db.query(`update tenants set direct_transfer = true where slug = 'acme'`),
    );
    client = createApiClient(product.url, await product.token('acme-uploader'));
  });
  afterAll(() => product.stop());

  const open = async (bytes: Buffer, input: object = {}) =>
    granted(
      await client.ask<{ file: { id: string }; transfer: { mode: string; partCount: number } }>(
        `mutation ($input: CreateUploadInput!) { answer: createUpload(input: $input) {
          file { id } transfer { mode partCount partSizeBytes } } }`,
        {
          input: {
            name: 'direct.bin',
            sizeBytes: bytes.length,
            transport: 'DIRECT',
            partSizeBytes: PART,
            ...input,
          },
        },
      ),
    );
  const sign = async (
    fileId: string,
    numbers: readonly number[],
    extra: object = {},
  ): Promise<readonly SignedPartView[]> =>
    granted(
      await client.signUploadParts({
        fileId,
        parts: numbers.map((partNumber) => ({ partNumber })),
        ...extra,
      }),
    ).parts;

  it('arrive, are seen live by others within a moment, survive kill -9 of the API and become CLEAN', async () => {
    const bytes = randomBytes(3 * PART + 17);
    const { file, transfer } = await open(bytes);
    expect(transfer.mode).toBe('DIRECT');
    const viewer = { transport: 'ws', url: product.url, token: await product.token('acme-viewer') } as const;
    const live = watchProgress(viewer, file.id);
    const parts = await sign(file.id, [1, 2, 3, 4]);
    for (const part of parts.slice(0, 2)) {
      expect(part.url).not.toContain(product.url);
      expect((await putPart(part, sliceOf(bytes, PART, part.partNumber))).status).toBe(200);
    }
    await live.until(({ receivedBytes }) => receivedBytes === 2 * PART);
    live.stop();
    await product.api.kill9();
    for (const part of parts.slice(2)) await putPart(part, sliceOf(bytes, PART, part.partNumber));
    await product.api.restart();
    const resumed = granted(await client.file(file.id));
    expect(resumed?.upload.missingPartNumbers).toEqual([]);
    granted(await client.completeUpload({ fileId: file.id }));
    const decided = await untilDecided(client, file.id);
    expect(decided).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
    expect((await putPart(parts[0] as SignedPartView, sliceOf(bytes, PART, 1))).status).toBe(404);
  });
});
