import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startProduct, type Product } from '../support/product.js';
import {
  createTusUpload,
  offsetOf,
  tusCalls,
  uploadChecksum,
  uploadMetadata,
  type TusCall,
} from '../support/tus-calls.js';
import { expectClean } from '../support/tus-scene.js';

const bytes = randomBytes(1_000);
const metadata = uploadMetadata({ filename: 'a.bin' });

describe('tus', () => {
  let product: Product;
  let token: string;
  let call: TusCall;
  let db: pg.Client;
  beforeAll(async () => {
    product = await startProduct({ services: inject('services') });
    token = await product.token('acme-uploader');
    call = tusCalls(product.url, token);
    db = new pg.Client({ connectionString: product.databaseUrl });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await product.stop();
  });

  const idOf = (location: string): string => location.split('/').at(-1) ?? '';

  async function createPartial(content: Buffer): Promise<string> {
    const headers = { 'upload-concat': 'partial', 'upload-length': String(content.length) };
    const answer = await call('POST', '/uploads', headers, content);
    expect(answer.status).toBe(201);
    return answer.headers.get('location') ?? '';
  }

  it('answers 410 when the time of an upload is over', async () => {
    const upload = await createTusUpload(call, bytes.length);
    await db.query(`update files set expires_at = now() - interval '1 second' where id = $1`, [idOf(upload)]);
    expect((await call('HEAD', upload)).status).toBe(410);
    expect((await call('PATCH', upload, { 'upload-offset': '0' }, bytes)).status).toBe(410);
  });

  it('answers the repeated creation of an upload that was given up with that upload, of which no byte counts', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const headers = { 'upload-length': '1000', 'upload-metadata': metadata, ...key };
    const created = await call('POST', '/uploads', headers, bytes.subarray(0, 400));
    expect((await call('DELETE', created.headers.get('location') ?? '')).status).toBe(204);
    for (const body of [undefined, bytes.subarray(0, 400), bytes]) {
      const again = await call('POST', '/uploads', headers, body);
      expect([again.status, again.headers.get('upload-offset')]).toEqual([201, '0']);
      expect(again.headers.get('location')).toBe(created.headers.get('location'));
    }
    const upload = created.headers.get('location') ?? '';
    expect((await call('PATCH', upload, { 'upload-offset': '0' }, bytes)).status).toBe(410);
  });

  it('lets a complete upload be ended by who may delete files, once it is inspected', async () => {
    const upload = await createTusUpload(call, bytes.length);
    await call('PATCH', upload, { 'upload-offset': '0' }, bytes);
    await expectClean(product, token, upload, bytes);
    expect((await call('DELETE', upload)).status).toBe(403);
    const admin = tusCalls(product.url, await product.token('acme-admin'));
    expect((await admin('DELETE', upload)).status).toBe(204);
    expect((await call('HEAD', upload)).status).toBe(410);
  });

  it('holds a repeated creation with bytes against the first one', async () => {
    const headers = {
      'upload-length': '1000',
      'upload-metadata': metadata,
      'idempotency-key': randomUUID(),
    };
    const send = (body: Buffer): Promise<Response> => call('POST', '/uploads', headers, body);
    const first = await send(bytes);
    const again = await send(bytes);
    expect([again.status, again.headers.get('location')]).toEqual([201, first.headers.get('location')]);
    const other = await send(randomBytes(1_000));
    expect([other.status, ((await other.json()) as { code: string }).code]).toEqual([
      409,
      'IDEMPOTENCY_MISMATCH',
    ]);
    await expectClean(product, token, first.headers.get('location') ?? '', bytes);
  });

  it.each([
    ['takes a body whose checksum comes after it', bytes, 204],
    ['answers 460 to a body whose checksum comes after it and is another', randomBytes(1_000), 460],
  ])('%s', async (_what, proven, status) => {
    const upload = await createTusUpload(call, bytes.length);
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(`${product.url}${upload}`, {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${token}`,
          'tus-resumable': '1.0.0',
          'content-type': 'application/offset+octet-stream',
          'upload-offset': '0',
          'transfer-encoding': 'chunked',
          trailer: 'Upload-Checksum',
        },
      });
      outgoing.once('error', reject).once('response', (incoming) => resolve(incoming.resume().statusCode));
      outgoing.write(bytes);
      outgoing.addTrailers({ 'upload-checksum': uploadChecksum('sha256', proven) });
      outgoing.end();
    });
    expect(answer).toBe(status);
    expect(await offsetOf(call, upload)).toBe(status === 204 ? 1_000 : 0);
  });

  it('puts partial uploads together, once, and tells what the file was made from', async () => {
    const urls = [await createPartial(bytes.subarray(0, 400)), await createPartial(bytes.subarray(400))];
    const partial = await call('HEAD', urls[0] ?? '');
    expect([partial.headers.get('upload-concat'), partial.headers.get('upload-offset')]).toEqual([
      'partial',
      '400',
    ]);
    const strange = `final;12345678${idOf(urls[0] ?? '')}`;
    const refused = await call('POST', '/uploads', { 'upload-concat': strange, 'upload-metadata': metadata });
    expect(refused.status).toBe(400);
    const headers = { 'upload-concat': `final;${urls.join(' ')}`, 'upload-metadata': metadata };
    const answers = await Promise.all([1, 2].map(() => call('POST', '/uploads', headers)));
    answers.push(await call('POST', '/uploads', headers));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const [location = '', ...others] = answers.map((answer) => answer.headers.get('location') ?? '');
    expect(others).toEqual([location, location]);
    const final = await call('HEAD', location);
    expect(final.headers.get('upload-concat')).toBe(headers['upload-concat']);
    expect([final.headers.get('upload-offset'), final.headers.get('upload-length')]).toEqual([
      '1000',
      '1000',
    ]);
    expect(final.headers.get('upload-metadata')).toBe(metadata);
    // "The Server MUST respond with the 403 Forbidden status to PATCH requests against a final upload URL."
    expect((await call('PATCH', location, { 'upload-offset': '1000' }, bytes)).status).toBe(403);
    for (const url of urls) expect((await call('HEAD', url)).status).toBe(410);
    await expectClean(product, token, location, bytes);
  });

  it('never holds the quota of a file twice while it is put together', async () => {
    const quota = async (more: number): Promise<void> => {
      await db.query(
        `update tenants set quota_bytes = $1 + (select used_bytes from tenant_usage where tenant_id = tenants.id)
         where slug = 'globex'`,
        [more],
      );
    };
    await quota(1_000);
    const foreign = tusCalls(product.url, await product.token('globex-uploader'));
    const partials = [];
    for (const part of [bytes.subarray(0, 500), bytes.subarray(500)]) {
      const headers = { 'upload-concat': 'partial', 'upload-length': '500' };
      partials.push((await foreign('POST', '/uploads', headers, part)).headers.get('location') ?? '');
    }
    const headers = { 'upload-concat': `final;${partials.join(' ')}`, 'upload-metadata': metadata };
    expect((await foreign('POST', '/uploads', headers)).status).toBe(201);
    await expect(createTusUpload(foreign, 1)).rejects.toThrow('403');
  });

  it('works with curl alone', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-curl-'));
    try {
      const file = path.join(directory, 'part');
      const curl = async (...args: string[]): Promise<string> => {
        const common = ['-sS', '-i', '-H', `Authorization: Bearer ${token}`, '-H', 'Tus-Resumable: 1.0.0'];
        return (await promisify(execFile)('curl', [...common, ...args])).stdout;
      };
      const created = await curl(
        ...['-X', 'POST', '-H', 'Upload-Length: 1000', '-H', `Upload-Metadata: ${metadata}`],
        `${product.url}/uploads`,
      );
      const location = /^location: (\S+)/im.exec(created)?.[1] ?? '';
      for (const [start, end] of [
        [0, 300],
        [300, 1_000],
      ] as const) {
        await writeFile(file, bytes.subarray(start, end));
        const told = await curl('-I', location);
        expect(told).toMatch(new RegExp(`^upload-offset: ${start}\\r$`, 'm'));
        const sent = await curl(
          ...['-X', 'PATCH', '-H', `Upload-Offset: ${start}`],
          ...['-H', 'Content-Type: application/offset+octet-stream', '--data-binary', `@${file}`, location],
        );
        expect(sent).toMatch(/^HTTP\/1\.1 204/m);
      }
      await expectClean(product, token, location, bytes);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
