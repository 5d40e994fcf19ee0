import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createApiClient, granted, type ApiClient } from '../support/api-client.js';
import type { Product } from '../support/product.js';
import { putPart, sendFile, sendParts, sha256, sliceOf, untilDecided } from '../support/send-file.js';
import { onSharedProduct } from '../support/shared-product.js';
import { watchEvents, watchProgress, type ProgressView } from '../support/watch-live.js';

const PART_BYTES = 5 * 1024 * 1024;

let product: Product;
let uploader: ApiClient;
let viewer: ApiClient;
onSharedProduct(async (shared) => {
  product = shared;
  uploader = createApiClient(product.url, await product.token('acme-uploader'));
  viewer = createApiClient(product.url, await product.token('acme-viewer'));
});

const isMonotonic = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0));

describe('a file', () => {
  it.each(['ws', 'sse'] as const)(
    'goes in by parts, is seen live over %s by somebody else, and comes out byte for byte',
    async (transport) => {
      const bytes = randomBytes(2 * PART_BYTES + 1_234);
      const source = { transport, url: product.url, token: viewer.token };
      const events = watchEvents(source);
      const input = {
        name: 'report.bin',
        sizeBytes: bytes.length,
        sha256: sha256(bytes),
        partSizeBytes: PART_BYTES,
      };
      const { file, transfer } = granted(await uploader.createUpload(input));
      expect(file).toMatchObject({ state: 'PENDING', downloadable: false, createdBy: 'acme-uploader' });
      expect(transfer).toMatchObject({ partSizeBytes: PART_BYTES, partCount: 3 });
      const progress = watchProgress(source, file.id);
      expect(await progress.until(() => true)).toMatchObject({ stage: 'PENDING', receivedBytes: 0 });

      const parts = await sendParts(uploader, file.id, bytes, PART_BYTES);
      await progress.until(({ receivedBytes }) => receivedBytes === bytes.length);
      const completed = granted(await uploader.completeUpload({ fileId: file.id, parts })).file;
      expect(completed).toMatchObject({ state: 'SCANNING', downloadable: false });

      await progress.done;
      expectMonotonic(progress.items);
      expect(progress.items.at(-1)).toMatchObject({ stage: 'CLEAN', scannedBytes: bytes.length });
      const [first] = await Promise.all([
        events.until(({ to, file: { id } }) => id === file.id && to === 'RECEIVING'),
        events.until(({ to, file: { id } }) => id === file.id && to === 'CLEAN'),
      ]);
      events.stop();
      expect(first.from).toBe('PENDING');
      const states = events.items.filter((event) => event.file.id === file.id).map(({ to }) => to);
      expect(states.slice(states.indexOf('RECEIVING'))).toEqual(['RECEIVING', 'SCANNING', 'CLEAN']);

      const clean = granted(await viewer.file(file.id));
      expect(clean).toMatchObject({
        sha256: sha256(bytes),
        downloadable: true,
        verdict: { outcome: 'CLEAN', reason: null, findings: [], scannedBytes: bytes.length },
      });
      expect(clean?.verdict?.engine).toMatch(/^ClamAV/);
      expect(clean?.verdict?.definitionsVersion).not.toBe('');
      await expectDownload(file.id, bytes);
    },
  );

  function expectMonotonic(items: readonly ProgressView[]): void {
    expect(isMonotonic(items.map(({ receivedBytes }) => receivedBytes))).toBe(true);
    expect(isMonotonic(items.map(({ scannedBytes }) => scannedBytes))).toBe(true);
    expect(isMonotonic(items.map(({ file }) => file.version))).toBe(true);
  }

  async function expectDownload(fileId: string, bytes: Buffer): Promise<void> {
    const { url } = granted(await viewer.createDownloadUrl({ fileId }));
    const whole = await fetch(url);
    expect(whole.status).toBe(200);
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    expect(whole.headers.get('content-disposition')).toMatch(/^attachment; filename="?report\.bin"?$/);
    expect(whole.headers.get('x-content-type-options')).toBe('nosniff');
    const etag = whole.headers.get('etag') ?? '';

    const part = await fetch(url, { headers: { range: 'bytes=5242870-5242889' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes 5242870-5242889/${bytes.length}`,
    ]);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(5_242_870, 5_242_890))).toBe(true);
    const suffix = await fetch(url, { headers: { range: 'bytes=-7', 'if-range': etag } });
    expect(Buffer.from(await suffix.arrayBuffer()).equals(bytes.subarray(-7))).toBe(true);
    const stale = await fetch(url, { headers: { range: 'bytes=0-0', 'if-range': '"another"' } });
    expect([stale.status, (await stale.arrayBuffer()).byteLength]).toEqual([200, bytes.length]);
    expect((await fetch(url, { headers: { range: `bytes=${bytes.length}-` } })).status).toBe(416);

    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(url, { headers: { 'if-match': '"another"' } })).status).toBe(412);
  }

  it.each([0, 1])('of %i bytes is a file like any other', async (sizeBytes) => {
    const bytes = Buffer.alloc(sizeBytes, 'x');
    const sent = await sendFile(uploader, bytes, { sha256: sha256(bytes) });
    expect(await untilDecided(viewer, sent.id)).toMatchObject({
      state: 'CLEAN',
      sizeBytes,
      sha256: sha256(bytes),
    });
    const { url } = granted(await viewer.createDownloadUrl({ fileId: sent.id }));
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('goes in by one request as well', async () => {
    const bytes = randomBytes(PART_BYTES + 17);
    const answer = granted(await uploader.uploadFile(bytes, { name: 'whole.bin', sha256: sha256(bytes) }));
    expect(answer.file).toMatchObject({ name: 'whole.bin', state: 'SCANNING', sizeBytes: bytes.length });
    expect(await untilDecided(uploader, answer.file.id)).toMatchObject({
      state: 'CLEAN',
      sha256: sha256(bytes),
    });
  });
});

describe('a part', () => {
  const open = async (bytes: Buffer): Promise<string> =>
    granted(
      await uploader.createUpload({ name: 'parts.bin', sizeBytes: bytes.length, partSizeBytes: PART_BYTES }),
    ).file.id;

  it('with other bytes than its checksum says is refused and stays missing', async () => {
    const bytes = randomBytes(PART_BYTES + 10);
    const fileId = await open(bytes);
    const wanted = { partNumber: 2, sha256: sha256(sliceOf(bytes, PART_BYTES, 2)) };
    const [signed] = granted(await uploader.signUploadParts({ fileId, parts: [wanted] })).parts;
    if (!signed) throw new Error('Nothing was signed.');
    const refused = await putPart(signed, randomBytes(10));
    expect(refused.status).toBe(422);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(await refused.json()).toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    const status = granted(await uploader.file(fileId))?.upload;
    expect(status).toMatchObject({ receivedBytes: 0, missingPartNumbers: [1, 2], parts: [] });
    const early = await uploader.completeUpload({ fileId });
    expect(early).toMatchObject({ ok: false, error: { extensions: { code: 'UPLOAD_INCOMPLETE' } } });

    await sendParts(uploader, fileId, bytes, PART_BYTES);
    expect((await putPart(signed, sliceOf(bytes, PART_BYTES, 2))).status).toBe(200);
    expect(granted(await uploader.file(fileId))?.upload.receivedBytes).toBe(bytes.length);
    granted(await uploader.completeUpload({ fileId }));
    const late = await putPart(signed, sliceOf(bytes, PART_BYTES, 2));
    expect([late.status, await late.json()]).toMatchObject([409, { code: 'CONFLICT' }]);
    expect(await untilDecided(uploader, fileId)).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
  });

  it('of another size, or with an altered URL, is refused', async () => {
    const fileId = await open(randomBytes(10));
    const [signed] = granted(await uploader.signUploadParts({ fileId, parts: [{ partNumber: 1 }] })).parts;
    if (!signed) throw new Error('Nothing was signed.');
    for (const sizeBytes of [0, 9, 11]) {
      expect((await putPart(signed, randomBytes(sizeBytes))).status).toBe(400);
    }
    const altered = { ...signed, url: signed.url.replace(/(.)(.{5})$/, changeFirst) };
    expect((await putPart(altered, randomBytes(10))).status).toBe(403);
    const beyond = await uploader.signUploadParts({ fileId, parts: [{ partNumber: 2 }] });
    expect(beyond).toMatchObject({ ok: false, error: { extensions: { code: 'BAD_USER_INPUT' } } });
    expect(granted(await uploader.file(fileId))?.upload.receivedBytes).toBe(0);
  });
});

/** Another character than before, whichever that was. */
const changeFirst = (_: string, first: string, rest: string): string => `${first === '0' ? '1' : '0'}${rest}`;
