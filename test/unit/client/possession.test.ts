import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createUploadClient, type Upload, type UploadOptions } from '../../../client/src/node.js';
import { proveBlob } from '../../../client/src/node/prove-blob.js';
import { startFakeLazaret, type FakeLazaret } from '../../support/fake-lazaret.js';
import { storeContent } from '../../support/fake-possession.js';
import { proofOf } from '../../support/prove.js';

const signal = new AbortController().signal;
const challenge = 'ab'.repeat(32);

type Prove = (blob: Blob, key: { challenge: string; blockSizeBytes: number }) => Promise<string>;
/** Typed here, because its own types are those of a page. */
const BROWSER_PROVE = path.resolve(import.meta.dirname, '../../../client/src/browser/prove.ts');

describe('a proof of possession', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is what the service computes, in Node and in browsers with and without WebCrypto', async () => {
    const { prove } = (await import(BROWSER_PROVE)) as { readonly prove: Prove };
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 500 }),
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        async (bytes, blockSizeBytes, hasSubtle) => {
          const key = { challenge, blockSizeBytes };
          const expected = proofOf(challenge, bytes, blockSizeBytes);
          const blob = new Blob([bytes]);
          if (!hasSubtle) vi.stubGlobal('crypto', {});
          expect(await prove(blob, key)).toBe(expected);
          vi.unstubAllGlobals();
          expect(await proveBlob(blob, key, signal)).toBe(expected);
        },
      ),
    );
  });
});

describe('asking before sending', () => {
  const content = randomBytes(9_500);
  let fake: FakeLazaret;
  beforeEach(async () => {
    fake = await startFakeLazaret();
  });
  afterEach(() => fake.close());

  async function send(options: UploadOptions): Promise<Upload> {
    const retry = { retries: 3, initialDelayMs: 1, maxDelayMs: 2 };
    const client = createUploadClient({ url: fake.url, getToken: () => 'token', live: 'sse', retry });
    const upload = client.upload(new Blob([content]), { name: 'a.bin', ...options });
    expect(await upload.result).toMatchObject({ state: 'CLEAN', name: 'a.bin' });
    await client.close();
    return upload;
  }
  const count = (entry: RegExp): number => fake.log.filter((line) => entry.test(line)).length;

  it('sends nothing when the service has the bytes', async () => {
    storeContent(fake.stored, content);
    const upload = await send({ askFromBytes: content.length });
    expect(upload.snapshot()).toMatchObject({
      phase: 'ended',
      stage: 'CLEAN',
      alreadyStored: true,
      sentBytes: content.length,
      receivedBytes: content.length,
    });
    expect(count(/createUpload|PUT/)).toBe(0);
  });

  it('sends the bytes when the service wants them, with the hash that it was asked with', async () => {
    const upload = await send({ askFromBytes: 0 });
    expect(upload.snapshot()).toMatchObject({ phase: 'ended', alreadyStored: false });
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(fake.uploads.get('file-1')).toMatchObject({ declaredSha256: sha256 });
    expect(count(/PUT/)).toBe(10);
    await send({ askFromBytes: 0, declareSha256: false });
    expect(fake.uploads.get('file-2')).toMatchObject({ declaredSha256: undefined });
  });

  it('asks nothing for small files, nor where the caller names the creation', async () => {
    storeContent(fake.stored, content);
    await send({});
    await send({ askFromBytes: content.length + 1 });
    await send({ askFromBytes: 0, idempotencyKey: 'mine' });
    expect([count(/Possession/), count(/createUpload/)]).toEqual([0, 3]);
  });

  it.each([
    ['is refused for good', { status: 403, code: 'FORBIDDEN', retryable: false }],
    ['fails for a while', { status: 503, code: 'OVERLOADED', retryable: true }],
    [
      'meets a service that knows no such question',
      { status: 400, code: 'BAD_USER_INPUT', retryable: false },
    ],
  ])('does not stand in the way when it %s', async (_what, refusal) => {
    fake.possessionRefusal = refusal;
    await send({ askFromBytes: 0 });
    expect(count(/PUT/)).toBe(10);
  });

  it('does not stand in the way when the question is one that cannot be answered', async () => {
    storeContent(fake.stored, content);
    fake.blockSizeBytes = 2 ** 40;
    await send({ askFromBytes: 0 });
    expect([count(/provePossession/), count(/PUT/)]).toEqual([0, 10]);
  });

  it('ends when the upload is stopped meanwhile', async () => {
    const stop = new AbortController();
    const client = createUploadClient({ url: fake.url, getToken: () => 'token', live: 'sse' });
    fake.possessionRefusal = { status: 503, code: 'OVERLOADED', retryable: true, retryAfterMs: 60_000 };
    const upload = client.upload(new Blob([content]), { askFromBytes: 0, signal: stop.signal });
    await expect.poll(() => count(/challengePossession/)).toBe(1);
    stop.abort();
    await expect(upload.result).rejects.toMatchObject({ name: 'AbortError' });
    expect(count(/createUpload/)).toBe(0);
    await client.close();
  });
});
