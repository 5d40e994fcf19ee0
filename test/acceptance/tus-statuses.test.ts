import { randomBytes, randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Product } from '../support/product.js';
import { ALLOWED_ORIGIN, onSharedProduct } from '../support/shared-product.js';
import {
  createTusUpload,
  offsetOf,
  tusCalls,
  uploadChecksum,
  uploadMetadata,
  type TusCall,
} from '../support/tus-calls.js';

const bytes = randomBytes(1_000);

describe('tus', () => {
  let product: Product;
  let call: TusCall;
  let foreign: TusCall;
  onSharedProduct(async (shared) => {
    product = shared;
    call = tusCalls(product.url, await product.token('acme-uploader'));
    foreign = tusCalls(product.url, await product.token('globex-uploader'));
  });

  it.each([
    ['of an allowed page', { origin: ALLOWED_ORIGIN, 'access-control-request-method': 'PATCH' }],
    ['of no page', {}],
  ])('tells what it can in an OPTIONS request %s, without token and version', async (_whose, headers) => {
    const answer = await fetch(`${product.url}/uploads`, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('tus-resumable')).toBe('1.0.0');
    expect(answer.headers.get('tus-version')).toBe('1.0.0');
    expect(answer.headers.get('tus-extension')?.split(',').toSorted()).toEqual([
      ...['checksum', 'checksum-trailer', 'concatenation', 'creation', 'creation-defer-length'],
      ...['creation-with-upload', 'expiration', 'termination'],
    ]);
    expect(answer.headers.get('tus-checksum-algorithm')).toBe('sha1,sha256,md5,crc32');
    expect(Number(answer.headers.get('tus-max-size'))).toBeGreaterThan(2 ** 40);
  });

  it('answers 401 without a token, before anything else', async () => {
    for (const method of ['POST', 'HEAD', 'PATCH', 'DELETE']) {
      const answer = await call(method, `/uploads${method === 'POST' ? '' : `/${randomUUID()}`}`, {
        authorization: '',
      });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('tus-resumable')).toBe('1.0.0');
    }
  });

  it('answers 403 to somebody who may not upload', async () => {
    const viewer = tusCalls(product.url, await product.token('acme-viewer'));
    await expect(createTusUpload(viewer, 1)).rejects.toThrow('403');
  });

  it('answers 412 to another version, and names its own', async () => {
    const path = await createTusUpload(call, bytes.length);
    for (const version of ['0.2.2', '']) {
      const answer = await call('HEAD', path, { 'tus-resumable': version });
      expect([answer.status, answer.headers.get('tus-version')]).toEqual([412, '1.0.0']);
    }
  });

  it('creates an upload, tells where it stands, takes bytes and ends with the file', async () => {
    const metadata = uploadMetadata({ filename: 'Ünï.txt', filetype: 'text/plain', note: 'x y' });
    const path = await createTusUpload(call, bytes.length, { 'upload-metadata': metadata });
    const head = await call('HEAD', path);
    expect(head.status).toBe(200);
    expect(head.headers.get('cache-control')).toContain('no-store');
    expect(head.headers.get('upload-offset')).toBe('0');
    expect(head.headers.get('upload-length')).toBe('1000');
    expect(head.headers.get('upload-metadata')).toBe(metadata);
    expect(Date.parse(head.headers.get('upload-expires') ?? '')).toBeGreaterThan(Date.now());
    const first = await call('PATCH', path, { 'upload-offset': '0' }, bytes.subarray(0, 300));
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '300']);
    expect(first.headers.get('upload-expires')).toBe(head.headers.get('upload-expires'));
    const rest = await call('PATCH', path, { 'upload-offset': '300' }, bytes.subarray(300));
    expect([rest.status, rest.headers.get('upload-offset')]).toEqual([204, '1000']);
    expect(await offsetOf(call, path)).toBe(1_000);
  });

  it('answers 409 with the true offset to a wrong one', async () => {
    const path = await createTusUpload(call, bytes.length);
    await call('PATCH', path, { 'upload-offset': '0' }, bytes.subarray(0, 300));
    for (const offset of ['0', '299', '301', '1000']) {
      const answer = await call('PATCH', path, { 'upload-offset': offset }, bytes.subarray(0, 100));
      expect([answer.status, answer.headers.get('upload-offset')]).toEqual([409, '300']);
      expect(await answer.json()).toMatchObject({ code: 'CONFLICT' });
    }
    expect(await offsetOf(call, path)).toBe(300);
  });

  it('answers 415 to another media type', async () => {
    const path = await createTusUpload(call, bytes.length);
    for (const type of ['application/octet-stream', 'text/plain']) {
      const headers = { 'upload-offset': '0', 'content-type': type };
      expect((await call('PATCH', path, headers, bytes)).status).toBe(415);
    }
    const answer = await call(
      'POST',
      '/uploads',
      {
        'upload-length': '1000',
        'upload-metadata': uploadMetadata({ filename: 'a' }),
        'content-type': 'text/plain',
      },
      bytes,
    );
    expect(answer.status).toBe(415);
  });

  it('answers 413 to more than there is room for, and keeps nothing of it', async () => {
    await expect(createTusUpload(call, 2 ** 50)).rejects.toThrow('413');
    const path = await createTusUpload(call, 500);
    expect((await call('PATCH', path, { 'upload-offset': '0' }, bytes)).status).toBe(413);
    const stream = ReadableStream.from([bytes.subarray(0, 400), bytes.subarray(400)]);
    expect((await call('PATCH', path, { 'upload-offset': '0' }, stream)).status).toBe(413);
    expect(await offsetOf(call, path)).toBe(0);
  });

  it('answers 400 to what makes no sense', async () => {
    const filename = uploadMetadata({ filename: 'a' });
    for (const headers of [
      { 'upload-length': '-1', 'upload-metadata': filename },
      { 'upload-length': '1e3', 'upload-metadata': filename },
      { 'upload-metadata': filename },
      { 'upload-length': '1', 'upload-defer-length': '1', 'upload-metadata': filename },
      { 'upload-defer-length': '2', 'upload-metadata': filename },
      { 'upload-length': '1', 'upload-metadata': 'filename ===' },
      { 'upload-length': '1', 'upload-metadata': `${filename},note Y` },
      { 'upload-length': '1', 'upload-metadata': `${filename},${filename}` },
      { 'upload-length': '1', 'upload-metadata': uploadMetadata({ filename: '../etc/passwd' }) },
      { 'upload-length': '1' },
      { 'upload-length': '1', 'upload-metadata': filename, 'upload-concat': 'half' },
      { 'upload-metadata': filename, 'upload-concat': `final;/uploads/${randomUUID()}` },
    ]) {
      expect((await call('POST', '/uploads', headers)).status, JSON.stringify(headers)).toBe(400);
    }
    const path = await createTusUpload(call, 10);
    expect((await call('PATCH', path, {}, bytes.subarray(0, 1))).status).toBe(400);
    expect((await call('PATCH', path, { 'upload-offset': '-1' }, bytes.subarray(0, 1))).status).toBe(400);
    const unknown = { 'upload-offset': '0', 'upload-checksum': 'sha3 AAAA' };
    expect((await call('PATCH', path, unknown, bytes.subarray(0, 1))).status).toBe(400);
  });

  it('answers the same to an id of another tenant and to one that never was', async () => {
    const path = await createTusUpload(call, bytes.length);
    for (const [method, headers, body] of [
      ['HEAD', {}, undefined],
      ['PATCH', { 'upload-offset': '0' }, bytes],
      ['DELETE', {}, undefined],
    ] as const) {
      const answers = [];
      for (const target of [path, `/uploads/${randomUUID()}`, '/uploads/nonsense']) {
        const answer = await foreign(method, target, { ...headers, 'x-request-id': 'same' }, body);
        answers.push(`${answer.status} ${await answer.text()}`);
      }
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toMatch(/^404/);
    }
    expect(await offsetOf(call, path)).toBe(0);
  });

  it('ends an upload, and answers 410 from then on', async () => {
    const path = await createTusUpload(call, bytes.length);
    await call('PATCH', path, { 'upload-offset': '0' }, bytes.subarray(0, 300));
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('HEAD', path)).status).toBe(410);
    expect((await call('PATCH', path, { 'upload-offset': '300' }, bytes.subarray(300))).status).toBe(410);
    expect((await call('DELETE', path)).status).toBe(410);
  });

  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(bytes));
  it.each([
    uploadChecksum('sha1', bytes),
    uploadChecksum('sha256', bytes),
    uploadChecksum('md5', bytes),
    `crc32 ${crc.toString('base64')}`,
  ])('proves a body with %s: 460 and nothing stored when it is another', async (checksum) => {
    const path = await createTusUpload(call, bytes.length);
    const headers = { 'upload-offset': '0', 'upload-checksum': checksum };
    const wrong = await call('PATCH', path, headers, Buffer.concat([bytes.subarray(1), Buffer.from('x')]));
    expect(wrong.status).toBe(460);
    expect(await wrong.json()).toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect(await offsetOf(call, path)).toBe(0);
    expect((await call('PATCH', path, headers, bytes)).status).toBe(204);
    expect(await offsetOf(call, path)).toBe(1_000);
  });

  it('takes bytes along with the creation', async () => {
    const headers = { 'upload-length': '1000', 'upload-metadata': uploadMetadata({ filename: 'a' }) };
    const answer = await call('POST', '/uploads', headers, bytes.subarray(0, 400));
    expect([answer.status, answer.headers.get('upload-offset')]).toEqual([201, '400']);
    const path = answer.headers.get('location') ?? '';
    expect((await call('PATCH', path, { 'upload-offset': '400' }, bytes.subarray(400))).status).toBe(204);
  });

  it('creates once for an idempotency key', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const [first, again] = await Promise.all([1, 2].map(() => createTusUpload(call, 10, headers)));
    expect(first).toBe(again);
    await expect(createTusUpload(call, 11, headers)).rejects.toThrow('409');
  });

  it('takes the length later', async () => {
    const headers = { 'upload-defer-length': '1', 'upload-metadata': uploadMetadata({ filename: 'a' }) };
    const created = await call('POST', '/uploads', headers);
    const path = created.headers.get('location') ?? '';
    expect((await call('HEAD', path)).headers.get('upload-defer-length')).toBe('1');
    await call('PATCH', path, { 'upload-offset': '0' }, bytes.subarray(0, 400));
    const short = { 'upload-offset': '400', 'upload-length': '399' };
    expect((await call('PATCH', path, short, bytes.subarray(0, 1))).status).toBe(400);
    const last = { 'upload-offset': '400', 'upload-length': '1000' };
    expect((await call('PATCH', path, last, bytes.subarray(400))).status).toBe(204);
    const head = await call('HEAD', path);
    expect([head.headers.get('upload-length'), head.headers.get('upload-offset')]).toEqual(['1000', '1000']);
    const other = { 'upload-offset': '1000', 'upload-length': '1001' };
    expect((await call('PATCH', path, other, undefined)).status).toBe(415);
  });

  it('lets a method be named in a header', async () => {
    const path = await createTusUpload(call, bytes.length);
    const headers = { 'upload-offset': '0', 'x-http-method-override': 'PATCH' };
    const named = (method: string): Record<string, string> => ({ 'x-http-method-override': method });
    expect((await call('POST', path, named('HEAD'))).headers.get('upload-length')).toBe('1000');
    expect((await call('POST', path, headers, bytes)).status).toBe(204);
    expect((await call('POST', path)).status).toBe(405);
    const other = await createTusUpload(call, bytes.length);
    // "The actual method of the request MUST be ignored."
    expect((await call('PATCH', other, { ...headers, ...named('DELETE') }, bytes)).status).toBe(204);
    expect((await call('HEAD', other)).status).toBe(410);
    expect((await call('POST', '/uploads', { 'upload-length': '1', ...named('PUT') })).status).toBe(405);
  });
});
