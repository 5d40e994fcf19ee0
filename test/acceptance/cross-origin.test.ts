import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createApiClient, granted, type ApiClient } from '../support/api-client.js';
import type { Product } from '../support/product.js';
import { sendFile, untilDecided } from '../support/send-file.js';
import { ALLOWED_ORIGIN as ALLOWED, onSharedProduct } from '../support/shared-product.js';

const FOREIGN = ['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null'];
const ID = '0199c0de-0000-7000-8000-000000000000';

const SENT = ['accept', 'content-type', 'traceparent', 'tracestate', 'x-request-id'];
const READ = ['retry-after', 'x-request-id'];
const SAVED = [
  ...['accept-ranges', 'content-digest', 'content-disposition', 'content-range', 'etag'],
  ...['repr-digest', 'retry-after', 'x-request-id'],
];
const CONDITIONS = [
  ...['accept', 'content-type', 'if-match', 'if-modified-since', 'if-none-match', 'if-range'],
  ...['if-unmodified-since', 'range', 'traceparent', 'tracestate', 'x-request-id'],
];
const TUS_SENT = [
  ...['accept', 'authorization', 'content-type', 'idempotency-key', 'traceparent', 'tracestate'],
  ...['tus-resumable', 'upload-checksum', 'upload-concat', 'upload-defer-length', 'upload-length'],
  ...['upload-metadata', 'upload-offset', 'x-http-method-override', 'x-request-id'],
];
const TUS_READ = [
  ...['location', 'retry-after', 'tus-checksum-algorithm', 'tus-extension', 'tus-max-size', 'tus-resumable'],
  ...['tus-version', 'upload-concat', 'upload-defer-length', 'upload-expires', 'upload-length'],
  ...['upload-metadata', 'upload-offset', 'x-request-id'],
];
const GRAPHQL_SENT = [
  ...['accept', 'apollo-require-preflight', 'authorization', 'content-type', 'traceparent', 'tracestate'],
  ...['x-apollo-operation-name', 'x-request-id'],
];
const TOKEN_SENT = ['accept', 'authorization', 'content-type', 'traceparent', 'tracestate', 'x-request-id'];

type Row = readonly [method: string, path: string, methods: string, sent: string[], read: string[]];
/** Every route of the API, with what a page may send to it and read of it; `GOOD` stands for a URL that gives a right. */
const ROUTES: readonly Row[] = [
  ['POST', '/graphql', 'GET, POST', GRAPHQL_SENT, READ],
  ['GET', '/graphql', 'GET, POST', GRAPHQL_SENT, READ],
  ['POST', '/graphql/stream', 'GET, POST', GRAPHQL_SENT, READ],
  ['POST', '/uploads', 'HEAD, POST, PATCH, DELETE', TUS_SENT, TUS_READ],
  ['HEAD', `/uploads/${ID}`, 'HEAD, POST, PATCH, DELETE', TUS_SENT, TUS_READ],
  ['PATCH', `/uploads/${ID}`, 'HEAD, POST, PATCH, DELETE', TUS_SENT, TUS_READ],
  ['DELETE', `/uploads/${ID}`, 'HEAD, POST, PATCH, DELETE', TUS_SENT, TUS_READ],
  [
    'PUT',
    '/parts/GOOD',
    'PUT',
    ['accept', 'content-digest', ...SENT.slice(1)],
    ['etag', 'repr-digest', ...READ],
  ],
  [
    'PUT',
    '/parts/bad',
    'PUT',
    ['accept', 'content-digest', ...SENT.slice(1)],
    ['etag', 'repr-digest', ...READ],
  ],
  ['GET', '/s3/bad?uploadId=x', 'GET, POST, PUT, DELETE', SENT, ['etag', 'location', ...READ]],
  ['POST', '/s3/bad?uploads', 'GET, POST, PUT, DELETE', SENT, ['etag', 'location', ...READ]],
  ['GET', '/downloads/GOOD', 'GET, HEAD', CONDITIONS, SAVED],
  ['HEAD', '/downloads/bad', 'GET, HEAD', CONDITIONS, SAVED],
  ['GET', '/quarantine/released/bad', 'GET, HEAD', CONDITIONS, SAVED],
  ['GET', '/quarantine/forensic/bad', 'GET, HEAD', CONDITIONS, SAVED],
  ['POST', '/oauth/token', 'GET, HEAD, POST', TOKEN_SENT, READ],
  ['GET', '/oauth/jwks', 'GET, HEAD, POST', TOKEN_SENT, READ],
  ['GET', '/oauth/.well-known/openid-configuration', 'GET, HEAD, POST', TOKEN_SENT, READ],
  ['GET', '/livez', 'GET, HEAD', SENT, READ],
  ['GET', '/nothing-here', 'GET, HEAD', SENT, READ],
];

describe('a page of another origin', () => {
  let product: Product;
  let acme: ApiClient;
  const good = new Map<string, string>();
  onSharedProduct(async (shared) => {
    product = shared;
    acme = createApiClient(product.url, await product.token('acme-admin'));
    const file = await untilDecided(acme, (await sendFile(acme, randomBytes(1_000))).id);
    good.set('/downloads/GOOD', granted(await acme.createDownloadUrl({ fileId: file.id })).url);
    const { file: open } = granted(await acme.createUpload({ name: 'a', sizeBytes: 5 }));
    const parts = [{ partNumber: 1 }];
    const [part] = granted(await acme.signUploadParts({ fileId: open.id, parts })).parts;
    good.set('/parts/GOOD', part?.url ?? '');
  });

  const ask = (method: string, path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(good.get(path) ?? product.url + path, { method, headers });
  const preflight = (origin: string, method: string, path: string): Promise<Response> => {
    const asked = { 'access-control-request-method': method, 'access-control-request-headers': 'x-other' };
    return ask('OPTIONS', path, { origin, ...asked });
  };
  const crossOriginOf = ({ headers }: Response): Record<string, string> =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
  const listed = (text: string | undefined): string[] => (text ?? '').toLowerCase().split(/, ?/).sort();

  it.each(ROUTES)('may send to %s %s, and read of its answers, just what clients need', async (...row) => {
    const [method, path, methods, sent, read] = row;
    const { 'access-control-expose-headers': exposed, ...rest } = crossOriginOf(
      await ask(method, path, { origin: ALLOWED }),
    );
    expect(rest).toEqual({ 'access-control-allow-origin': ALLOWED });
    expect(listed(exposed)).toEqual([...read].sort());
    const before = await preflight(ALLOWED, method, path);
    expect(before.status).toBe(204);
    expect(crossOriginOf(before)).toMatchObject({
      'access-control-allow-origin': ALLOWED,
      'access-control-allow-methods': methods,
      'access-control-max-age': '600',
    });
    expect(listed(crossOriginOf(before)['access-control-allow-headers'])).toEqual([...sent].sort());
    expect(before.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each(ROUTES)('is told nothing by %s %s when it is on no list', async (method, path) => {
    for (const origin of FOREIGN) {
      expect(crossOriginOf(await preflight(origin, method, path)), origin).toEqual({});
      const answer = await ask(method, path, { origin });
      expect(crossOriginOf(answer), origin).toEqual({});
      expect(answer.headers.get('vary')?.toLowerCase()).toContain('origin');
    }
  });

  it('may read the public keys of receipts wherever it is from, so that everybody can verify one', async () => {
    const path = '/.well-known/lazaret/receipt-keys';
    for (const origin of [ALLOWED, ...FOREIGN]) {
      const { headers } = await ask('GET', path, { origin });
      expect(headers.get('access-control-allow-origin')).toBe('*');
    }
    for (const origin of FOREIGN) expect(crossOriginOf(await preflight(origin, 'GET', path))).toEqual({});
  });
});
