import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'minio';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createS3Store, type S3StoreOptions } from '../../src/adapters/s3/s3-store.js';
import { MisconfiguredError, NoRoomError, TransientError } from '../../src/domain/errors.js';
import type { ObjectStore } from '../../src/ports/object-store.js';
import { bodyOf, digest, stallingBody } from '../support/test-bytes.js';
import { describeObjectStore } from './object-store.js';

const s3 = inject('services').s3;
const endpoint = new URL(s3.endpoint);
const MIB = 1024 * 1024;
const client = new Client({
  endPoint: endpoint.hostname,
  port: Number(endpoint.port),
  useSSL: false,
  accessKey: s3.accessKey,
  secretKey: s3.secretKey,
  region: s3.region,
});
const freshPrefix = (): string => `test-${randomBytes(6).toString('hex')}`;
/** Small pieces, so that objects of 11 MiB are written in several parts. */
const optionsFor = (bucketPrefix: string): S3StoreOptions => ({
  endpoint,
  accessKey: s3.accessKey,
  secretKey: s3.secretKey,
  region: s3.region,
  bucketPrefix,
  pieceBytes: 5 * MIB,
  copyBytes: 5 * MIB,
});

const bucketsOf = (prefix: string): string[] =>
  ['ingest', 'vault', 'quarantine'].map((area) => `${prefix}-${area}`);

async function everything(prefix: string, key: string): Promise<string[]> {
  const names = await Promise.all(
    bucketsOf(prefix).flatMap((bucket) => [namesOf(bucket), openNamesOf(bucket)]),
  );
  return names.flat().filter((name) => name.endsWith(key));
}

async function namesOf(bucket: string): Promise<string[]> {
  const items = (await client.listObjectsV2(bucket, '', true).toArray()) as { readonly name: string }[];
  return items.map(({ name }) => name);
}

async function openNamesOf(bucket: string): Promise<string[]> {
  const items = (await client.listIncompleteUploads(bucket, '', true).toArray()) as {
    readonly key: string;
  }[];
  return items.map(({ key }) => `open ${key}`);
}

describeObjectStore('S3 (Ceph object gateway)', async () => {
  const prefix = freshPrefix();
  return {
    store: await createS3Store(optionsFor(prefix)),
    reopen: () => createS3Store(optionsFor(prefix)),
    setIdentity: async (text) => {
      const [bucket, name] = [`${prefix}-vault`, '.store-id'];
      if (text === undefined) await client.removeObject(bucket, name);
      else await client.putObject(bucket, name, text);
    },
    leftovers: (key) => everything(prefix, key),
    close: async () => {
      expect(await everything(prefix, '')).toEqual([]);
      for (const bucket of bucketsOf(prefix)) await client.removeBucket(bucket);
    },
  };
});

describe('S3 store with a store that fails', () => {
  const servers: Server[] = [];
  const fake = async (server: Server): Promise<URL> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  };
  /** A store whose buckets exist and that does as told with everything else. */
  const storeAt = async (server: Server, callMs = 500): Promise<ObjectStore> => {
    const target = await fake(server);
    const timeouts = { callMs, finishMs: 500, stallMs: 300 };
    return createS3Store({ ...optionsFor('fake'), endpoint: target, timeouts });
  };
  const isBucketCheck = (method?: string): boolean => method === 'HEAD';
  const upload = { key: 'f', handle: `${'0'.repeat(32)}.id` };
  const ref = { area: 'vault', key: 'f' } as const;

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('makes both buckets when several processes start at once', async () => {
    const prefix = freshPrefix();
    const stores = await Promise.all([1, 2, 3].map(() => createS3Store(optionsFor(prefix))));
    await Promise.all(stores.map((store) => store.check()));
    await client.removeBucket(`${prefix}-ingest`);
    await expect(stores[0]?.beginUpload('f')).rejects.toMatchObject({ reason: 'NoSuchBucket' });
    await expect(stores[0]?.check()).rejects.toMatchObject({ reason: 'NoSuchBucket' });
    await client.removeBucket(`${prefix}-vault`);
  });

  it('says so at once when the keys are wrong, and that a store is away', async () => {
    const wrong = { ...optionsFor(freshPrefix()), secretKey: 'wrong' };
    await expect(createS3Store(wrong)).rejects.toBeInstanceOf(MisconfiguredError);
    const away = { ...optionsFor('x'), endpoint: new URL('http://127.0.0.1:1') };
    await expect(createS3Store(away)).rejects.toBeInstanceOf(TransientError);
  });

  it.each([500, 503, 429])('tries again after status %i, then calls it transient', async (status) => {
    let calls = 0;
    const store = await storeAt(
      createServer((request, response) => {
        if (!isBucketCheck(request.method)) calls += 1;
        response.writeHead(isBucketCheck(request.method) ? 200 : status).end();
      }),
    );
    await expect(store.remove(ref)).rejects.toBeInstanceOf(TransientError);
    expect(calls).toBe(3);
    const body = bodyOf(10, 'x');
    await expect(store.write(ref, 10, body)).rejects.toBeInstanceOf(TransientError);
    expect(body.destroyed).toBe(true);
  });

  it.each([
    [403, 'QuotaExceeded', { name: NoRoomError.name }, 1],
    [507, 'XMinioStorageFull', { name: NoRoomError.name }, 1],
    [307, 'TemporaryRedirect', { name: TransientError.name }, 3],
    [301, 'PermanentRedirect', { name: MisconfiguredError.name, reason: 'PermanentRedirect' }, 1],
    [400, 'KMS.DisabledException', { name: MisconfiguredError.name, reason: 'KMS' }, 1],
  ])('takes status %i with %s for nothing that is wrong with what it asked for', async (...known) => {
    const [status, code, expected, times] = known;
    let calls = 0;
    const store = await storeAt(
      createServer((request, response) => {
        if (!isBucketCheck(request.method)) calls += 1;
        response.writeHead(isBucketCheck(request.method) ? 200 : status);
        response.end(isBucketCheck(request.method) ? undefined : `<Error><Code>${code}</Code></Error>`);
      }),
    );
    await expect(store.beginUpload('f')).rejects.toMatchObject(expected);
    expect(calls).toBe(times);
    await expect(store.write(ref, 10, bodyOf(10, 'x'))).rejects.toMatchObject(expected);
  });

  it('ends a call that gets no answer', async () => {
    const store = await storeAt(
      createServer((request, response) => {
        if (isBucketCheck(request.method)) response.end();
      }),
    );
    await expect(store.remove(ref)).rejects.toBeInstanceOf(TransientError);
    await expect(store.finishUpload(upload, [{ partNumber: 1, etag: 'x' }])).rejects.toBeInstanceOf(
      TransientError,
    );
    await expect(store.putPart(upload, 1, 10, bodyOf(10, 'x'))).rejects.toBeInstanceOf(TransientError);
  });

  it('ends a part that the store stops reading', async () => {
    const store = await storeAt(
      createServer((request, response) => {
        if (isBucketCheck(request.method)) response.end();
        else request.pause();
      }),
    );
    const body = bodyOf(64 * MIB, 'x');
    await expect(store.putPart(upload, 1, 64 * MIB, body)).rejects.toBeInstanceOf(TransientError);
    expect(body.destroyed).toBe(true);
  });

  it('fails to read, instead of ending early, when the store cuts the answer off or stalls', async () => {
    const store = await storeAt(
      createServer((request, response) => {
        if (isBucketCheck(request.method)) {
          response.end();
          return;
        }
        response.writeHead(200, { 'content-length': 1000 });
        response.write(Buffer.alloc(500));
        if (request.url?.endsWith('/cut')) setTimeout(() => response.destroy(), 20);
      }),
    );
    for (const key of ['cut', 'stall']) {
      const object = await store.read({ area: 'vault', key });
      expect(object?.sizeBytes).toBe(1000);
      await expect(object && digest(object.body)).rejects.toBeInstanceOf(TransientError);
    }
  });

  it('is content with what somebody else finishes just when it looks', async () => {
    let isFinished = false;
    const store = await storeAt(
      createServer((request, response) => {
        request.resume();
        if (request.url === `/fake-ingest/${upload.key}` && isFinished) {
          response.setHeader('x-amz-meta-lazaret-upload', '0'.repeat(32));
        }
        if (request.method === 'POST') response.statusCode = 404;
        else if (request.url === `/fake-ingest/${upload.key}`) response.statusCode = isFinished ? 200 : 404;
        if (request.method !== 'GET') {
          response.end(request.method === 'POST' ? '<Error><Code>NoSuchUpload</Code></Error>' : undefined);
          return;
        }
        isFinished = true;
        response.end('<ListMultipartUploadsResult><Prefix/></ListMultipartUploadsResult>');
      }),
    );
    await store.finishUpload(upload, [{ partNumber: 1, etag: 'x' }]);
    expect(isFinished).toBe(true);
  });

  it('believes no answer that holds another range', async () => {
    const store = await storeAt(
      createServer((request, response) => {
        response.writeHead(isBucketCheck(request.method) ? 200 : 206, {
          'content-range': 'bytes 1-5/10',
          'content-length': 5,
        });
        response.end(request.method === 'HEAD' ? undefined : Buffer.alloc(5));
      }),
    );
    await expect(store.read(ref, { start: 0, end: 4 })).rejects.toBeInstanceOf(TransientError);
  });

  it('is there for others, however many senders and readers stand still', async () => {
    const many = 300;
    let standing = 0;
    const store = await storeAt(
      createServer((request, response) => {
        const isSlow = request.method === 'PUT' || request.url?.endsWith('/slow');
        if (isSlow) standing += 1;
        if (!isSlow) response.end();
        else if (request.method === 'GET') response.writeHead(200, { 'content-length': 10 }).write('x');
      }),
      10_000,
    );
    const gone = new AbortController();
    const sending = Array.from({ length: many }, () =>
      store.putPart(upload, 1, 10, stallingBody(1), gone.signal).catch(() => undefined),
    );
    await expect.poll(() => standing).toBe(many);
    await store.remove(ref);
    const reading = Array.from({ length: many }, () =>
      store.read({ area: 'vault', key: 'slow' }, undefined, gone.signal),
    );
    const bodies = (await Promise.all(reading)).map((object) => object?.body.on('error', () => undefined));
    expect(standing).toBe(2 * many);
    await store.remove(ref);
    gone.abort();
    await Promise.all(sending);
    expect(bodies.every((body) => body?.destroyed)).toBe(true);
  });
});
