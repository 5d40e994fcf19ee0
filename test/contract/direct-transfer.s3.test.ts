import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { presign, signHeaders, type SigningKey } from '../../src/adapters/s3/presign.js';
import { createS3Store, type S3StoreOptions } from '../../src/adapters/s3/s3-store.js';
import { PermanentError, UploadGoneError } from '../../src/domain/errors.js';
import type { DirectTransfer, OpenUpload, SignedRequest } from '../../src/ports/object-store.js';
import { bodyOf } from '../support/test-bytes.js';

const s3 = inject('services').s3;
const endpoint = new URL(s3.endpoint);
const bucketPrefix = `test-lazaret-${randomBytes(6).toString('hex')}`;
const MIB = 1024 * 1024;
const TTL_SECONDS = 300;
const bytes = randomBytes(MIB);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const md5 = createHash('md5').update(bytes).digest('hex');
const app = { ...s3, endpoint };
const reports: string[] = [];
const open = (
  ingest: object = {},
  more: Pick<S3StoreOptions, 'recognise'> = {},
): ReturnType<typeof createS3Store> =>
  createS3Store({
    ...more,
    ...app,
    bucketPrefix,
    ingest: { ...s3.ingest, publicEndpoint: endpoint, ...ingest },
    housekeeping: {
      leftoverDays: 30,
      browserOrigins: ['https://app.example'],
      report: (message, details) => reports.push(`${message} ${JSON.stringify(details)}`),
    },
  });
const put = (
  { url, headers }: SignedRequest,
  body: Uint8Array,
  extra: Record<string, string> = {},
): Promise<Response> =>
  fetch(url, {
    method: 'PUT',
    headers: { ...Object.fromEntries(headers.map(({ name, value }) => [name, value])), ...extra },
    body: Uint8Array.from(body),
  });

/** Whatever a holder of a key pair may ask for. */
async function ask(
  key: SigningKey,
  method: string,
  path: string,
  body?: string,
  more: Record<string, string> = {},
): Promise<Response> {
  const [pathname = '', search = ''] = path.split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  const { url, headers } = await signHeaders(key, { method, path: pathname, query, headers: more }, body);
  return fetch(url, { method, headers, ...(body !== undefined && { body }) });
}

describe('direct transfer to an S3 store', () => {
  let store: Awaited<ReturnType<typeof createS3Store>>;
  let direct: DirectTransfer;
  let upload: OpenUpload;
  const sign = (part: object = {}): Promise<SignedRequest> =>
    direct.signPart(upload, { partNumber: 1, sizeBytes: bytes.length, ...part }, TTL_SECONDS);
  beforeAll(async () => {
    store = await open();
    if (!store.direct) throw new Error(`The store takes no parts from clients: ${reports.join()}`);
    direct = store.direct;
    upload = await store.beginUpload(`tenant/file-${randomBytes(4).toString('hex')}`);
  });
  afterAll(async () => {
    await store.abortUpload(upload);
    for (const key of ['.etag-probe', 'own']) await ask(app, 'DELETE', `/${bucketPrefix}-ingest/${key}`);
    for (const area of ['ingest', 'vault']) await ask(app, 'DELETE', `/${bucketPrefix}-${area}`);
  });

  it('lists what has arrived, with its MD5, and nothing else', async () => {
    expect(await direct.listParts(upload, 0)).toEqual([]);
    expect((await put(await sign({ partNumber: 2, sha256 }), bytes)).status).toBe(200);
    expect((await put(await sign({ partNumber: 1 }), bytes)).status).toBe(200);
    const parts = [1, 2].map((partNumber) => ({ partNumber, etag: md5, sizeBytes: MIB, md5 }));
    expect(await direct.listParts(upload, 0)).toEqual(parts);
    expect(await direct.listParts(upload, 1)).toEqual(parts.slice(1));
  });

  it('lists more parts than fit on one page', async () => {
    const many = await store.beginUpload(`tenant/many-${randomBytes(4).toString('hex')}`);
    const last = 1_003;
    for (const partNumber of [1, 2, last]) await store.putPart(many, partNumber, 10, bodyOf(10, 'x'));
    expect((await direct.listParts(many, 0)).map((part) => part.partNumber)).toEqual([1, 2, last]);
    await store.abortUpload(many);
  });

  it('lets in no other bytes than those whose hash was signed', async () => {
    const signed = await sign({ partNumber: 3, sha256 });
    expect((await put(signed, Buffer.alloc(MIB))).status).toBe(400);
    expect((await put({ ...signed, headers: [] }, bytes)).status).toBe(403);
    const other = createHash('sha256').update(Buffer.alloc(MIB)).digest('hex');
    expect((await put(signed, Buffer.alloc(MIB), { 'x-amz-content-sha256': other })).status).toBe(403);
    expect((await direct.listParts(upload, 2)).length).toBe(0);
  });

  it.each([
    ['of another size', (url: string) => url, Buffer.alloc(MIB + 1)],
    ['of no size', (url: string) => url, Buffer.alloc(0)],
    ['of another number', (url: string) => url.replace('partNumber=3', 'partNumber=4'), bytes],
    ['of another upload', (url: string) => url.replace(/uploadId=[^&]+/, 'uploadId=other'), bytes],
    ['of another file', (url: string) => url.replace('/file-', '/file-0'), bytes],
    ['of no upload', (url: string) => url.replace(/&?(partNumber|uploadId)=[^&]+/g, ''), bytes],
    ['in the vault', (url: string) => url.replace('-ingest/', '-vault/'), bytes],
    ['for longer', (url: string) => url.replace('Expires=300', 'Expires=600'), bytes],
  ] as const)('refuses a part %s', async (_what, alter, body) => {
    const { url, headers } = await sign({ partNumber: 3 });
    expect((await put({ url: alter(url), headers }, body)).status).toBe(403);
    expect(await direct.listParts(upload, 2)).toEqual([]);
  });

  it('refuses to copy an object in place of bytes', async () => {
    await store.write({ area: 'vault', key: 'secret' }, 10, bodyOf(10, 'secret'));
    const source = { 'x-amz-copy-source': `/${bucketPrefix}-vault/secret` };
    expect((await put(await sign({ partNumber: 3 }), bytes, source)).status).toBe(403);
    await store.remove({ area: 'vault', key: 'secret' });
  });

  it('signs with a credential that can neither read nor list nor delete, nor write anywhere else', async () => {
    const ingest = { ...s3.ingest, region: s3.region, endpoint };
    const [staged, vault] = [`/${bucketPrefix}-ingest`, `/${bucketPrefix}-vault`];
    const object = `${staged}/${upload.key}`;
    const own = `${staged}/own`;
    await ask(ingest, 'PUT', own, 'x');
    const uploadId = upload.handle.split('.').slice(1).join('.');
    const refused = [
      ['GET', object],
      ['GET', own],
      ['DELETE', own],
      ['PUT', `${own}?acl`],
      ['GET', staged],
      ['GET', `${staged}?uploads`],
      ['GET', `${object}?uploadId=${encodeURIComponent(uploadId)}`],
      ['DELETE', `${object}?uploadId=${encodeURIComponent(uploadId)}`],
      ['GET', `${staged}?policy`],
      ['PUT', `${staged}?policy`],
      ['PUT', `${staged}?cors`],
      ['PUT', `${staged}?lifecycle`],
      ['DELETE', staged],
      ['GET', vault],
      ['PUT', `${vault}/mine`],
      ['POST', `${vault}/mine?uploads`],
      ['PUT', `/${bucketPrefix}-mine`],
    ] as const;
    const answers = await Promise.all(refused.map(([method, path]) => ask(ingest, method, path)));
    expect(answers.map(({ status }, index) => [refused[index]?.join(' '), status])).toEqual(
      refused.map((request) => [request.join(' '), 403]),
    );
    expect(await direct.listParts(upload, 0)).toHaveLength(2);
  });

  it('lets pages of the allowed origins, and no others, put parts and read the etag', async () => {
    const { url } = await sign();
    const preflight = (origin: string): Promise<Response> =>
      fetch(url, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'x-amz-content-sha256,content-type',
        },
      });
    const allowed = await preflight('https://app.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(allowed.headers.get('access-control-expose-headers')).toContain('ETag');
    expect((await preflight('https://other.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('sets rules by which the store itself removes leftovers, and none for infected content', async () => {
    const rules = await (await ask(app, 'GET', `/${bucketPrefix}-ingest?lifecycle`)).text();
    expect(rules).toContain('<DaysAfterInitiation>30</DaysAfterInitiation>');
    expect(rules).toMatch(/<Tag><Key>lazaret<\/Key><Value>staged<\/Value><\/Tag>.*<Days>30<\/Days>/);
    const { area, key } = { area: 'ingest', key: `tenant/kept-${randomBytes(4).toString('hex')}` } as const;
    const upload = await store.beginUpload(key);
    await store.finishUpload(upload, [await store.putPart(upload, 1, 10, bodyOf(10, 'x'))]);
    const tags = async (bucket: string): Promise<string> =>
      (await ask(app, 'GET', `/${bucketPrefix}-${bucket}/${key}?tagging`)).text();
    // Not every store takes the tag when an upload is opened.
    const tagged = '<Tagging><TagSet><Tag><Key>lazaret</Key><Value>staged</Value></Tag></TagSet></Tagging>';
    await ask(app, 'PUT', `/${bucketPrefix}-${area}/${key}?tagging`, tagged);
    expect(await tags(area)).toContain('<Key>lazaret</Key>');
    expect(await store.isolate({ area, key }, key)).toBe(true);
    expect(await tags('quarantine')).not.toContain('<Key>');
    expect(await (await ask(app, 'GET', `/${bucketPrefix}-quarantine?lifecycle`)).text()).not.toContain(
      '<Tag>',
    );
    await store.removeIsolated(key);
    await store.remove({ area, key });
  });

  it('sets its rules anew at every start', async () => {
    await open();
    expect(reports.filter((report) => report.includes('rule'))).toEqual([]);
  });

  it('sets no rules before it is known whose store it is', async () => {
    const cors = `/${bucketPrefix}-ingest?cors`;
    expect((await ask(app, 'DELETE', cors)).ok).toBe(true);
    const others = new PermanentError('object-store', 'another one');
    await expect(open({}, { recognise: () => Promise.reject(others) })).rejects.toBe(others);
    expect((await ask(app, 'GET', cors)).status).toBe(404);
    await open({}, { recognise: () => Promise.resolve() });
    expect(await (await ask(app, 'GET', cors)).text()).toContain('lazaret');
  });

  it('leaves rules alone that an operator has set', async () => {
    const foreign =
      '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>';
    await ask(app, 'PUT', `/${bucketPrefix}-ingest?cors`, foreign);
    await open();
    expect(await (await ask(app, 'GET', `/${bucketPrefix}-ingest?cors`)).text()).not.toContain('lazaret');
    expect(reports.join()).toContain('stay as they are');
  });

  it('leaves alone what an operator has set beside ours, or of a bucket with our name', async () => {
    const bucket = `/${bucketPrefix}-ingest`;
    const grant = {
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam:::user/app'] },
      Action: ['s3:GetObject'],
    };
    const foreign = [{ ...grant, Sid: 'own', Resource: [`arn:aws:s3:::${bucketPrefix}-ingest/*`] }];
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: foreign });
    const before = await (await ask(app, 'GET', `${bucket}?policy`)).text();
    await ask(app, 'PUT', `${bucket}?policy`, policy);
    const ours = await (await ask(app, 'GET', `${bucket}?lifecycle`)).text();
    const rule =
      '<Rule><ID>own</ID><Prefix>own</Prefix><Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule>';
    const mixed = ours.replace(/<\/LifecycleConfiguration>/, `${rule}$&`);
    const md5 = createHash('md5').update(mixed).digest('base64');
    await ask(app, 'PUT', `${bucket}?lifecycle`, mixed, { 'content-md5': md5 });
    await open();
    expect(await (await ask(app, 'GET', `${bucket}?policy`)).text()).toContain('"own"');
    expect(await (await ask(app, 'GET', `${bucket}?lifecycle`)).text()).toContain('<ID>own</ID>');
    await ask(app, 'PUT', `${bucket}?policy`, before);
    expect((await open()).direct).toBeDefined();
  });

  it('is not offered with a credential that can read, although it can list nothing', async () => {
    const grant = { Effect: 'Allow', Principal: { AWS: [s3.ingest.principal] }, Action: ['s3:GetObject'] };
    const reading = [{ ...grant, Resource: [`arn:aws:s3:::${bucketPrefix}-vault/*`] }];
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: reading });
    await ask(app, 'PUT', `/${bucketPrefix}-vault?policy`, policy);
    expect((await open()).direct).toBeUndefined();
    expect(reports.join()).toContain('may read from the vault');
    await ask(app, 'DELETE', `/${bucketPrefix}-vault?policy`);
    expect((await open()).direct).toBeDefined();
  });

  it('is not offered with a credential that could do more, or nothing', async () => {
    const { accessKey, secretKey } = s3;
    expect((await open({ accessKey, secretKey })).direct).toBeUndefined();
    expect((await open({ accessKey: 'nobody' })).direct).toBeUndefined();
    expect(reports.join()).toContain('may write into the vault');
    expect(reports.join()).toContain('may not write');
  });

  it('takes nothing once the upload is finished', async () => {
    const short = await store.beginUpload(`tenant/short-${randomBytes(4).toString('hex')}`);
    const signed = await direct.signPart(short, { partNumber: 1, sizeBytes: MIB }, TTL_SECONDS);
    await put(signed, bytes);
    const [part] = await direct.listParts(short, 0);
    await store.finishUpload(short, part ? [part] : []);
    expect((await put(signed, Buffer.alloc(MIB))).status).toBe(404);
    await expect(direct.listParts(short, 0)).rejects.toBeInstanceOf(UploadGoneError);
    await store.remove({ area: 'ingest', key: short.key });
  });

  it('refuses a URL whose time is over', async () => {
    const query = { partNumber: '3', uploadId: upload.handle.split('.').slice(1).join('.') };
    const path = `/${bucketPrefix}-ingest/${upload.key}`;
    const key = { ...s3.ingest, region: s3.region, endpoint };
    const headers = { 'content-length': String(MIB) };
    const url = await presign(key, { method: 'PUT', path, query, headers }, 1);
    await expect
      .poll(async () => (await put({ url, headers: [] }, bytes)).status, { timeout: 20_000, interval: 500 })
      .toBe(403);
  });
});
