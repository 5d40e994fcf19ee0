import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fault, TransientError, type Outcome } from '../../../src/domain/errors.js';
import type { File } from '../../../src/domain/file.js';
import { ok } from '../../../src/domain/result.js';
import { registerS3, type S3Deps } from '../../../src/http/s3.js';
import { makeFile } from '../../support/make-file.js';
// Not exported by the package, and what decides whether the plugin understands us.
import { parseXml } from '../../../node_modules/@uppy/aws-s3/lib/s3-client/utils.js';
import { startTestEdge, type TestEdge } from '../../support/test-edge.js';

const file = makeFile();
const grant = { tenantId: file.tenantId, fileId: file.id, subject: 'somebody' };
const part = { partNumber: 1, sizeBytes: 8, etag: 'abc', sha256: null };
const upload = `?uploadId=${file.id}`;

let edge: TestEdge;
/** What use-cases were asked, and on whose behalf. */
let calls: unknown[];
let completion: Outcome<File> | Error;
let cancellation: Outcome<File>;
let state: File['state'];

const deps: S3Deps = {
  urls: {
    readS3Upload: (token) => Promise.resolve(token === 'good' ? grant : undefined),
    tusUrl: (id) => `http://x/uploads/${id}`,
  },
  useCases: {
    getFile: (_actor, id) => Promise.resolve(ok(id === file.id ? { ...file, state } : null)),
    uploadStatus: () =>
      Promise.resolve(
        ok({ ...file, partCount: 1, parts: [part], missingPartNumbers: [], mode: 'PROXIED' as const }),
      ),
    completeUpload: ({ subject, permissions }, input) => {
      calls.push(['complete', subject, [...permissions], input]);
      return completion instanceof Error ? Promise.reject(completion) : Promise.resolve(completion);
    },
    cancelUpload: ({ subject }, input) => {
      calls.push(['cancel', subject, input]);
      return Promise.resolve(cancellation);
    },
  },
};

beforeAll(async () => {
  edge = await startTestEdge((app) => registerS3(app, deps));
});
afterAll(() => edge.close());
beforeEach(() => {
  calls = [];
  completion = cancellation = ok(file);
  state = 'PENDING';
});

const call = async (
  method: string,
  query: string,
  body?: string,
  token = 'good',
): Promise<{ status: number; type: string | null; headers: Headers; text: string }> => {
  const answer = await fetch(`${edge.url}/s3/${token}${query}`, {
    method,
    headers: { 'content-type': 'image/png' },
    ...(body === undefined ? {} : { body }),
  });
  const { status, headers } = answer;
  return { status, headers, type: headers.get('content-type'), text: await answer.text() };
};
/** As the client of `@uppy/aws-s3` reads an error: the code of S3, and ours beside it. */
function codesOf({ type, text }: { readonly type: string | null; readonly text: string }): unknown[] {
  if (type !== 'application/xml') return [];
  const { Error: error } = parseXml(text) as { Error?: { Code?: unknown; LazaretCode?: unknown } };
  return [error?.Code, error?.LazaretCode];
}
const naming = (parts: string): string => `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`;

describe('an upload as clients of S3 see it', () => {
  it('has its own id as key and upload id, and says so without a body', async () => {
    const answer = await call('POST', '?uploads');
    expect(answer).toMatchObject({ status: 200, type: 'application/xml' });
    expect(answer.text).toContain(`<Key>${file.id}</Key><UploadId>${file.id}</UploadId>`);
  });

  it('lists the parts of the ledger', async () => {
    const { text } = await call('GET', upload);
    expect(text).toContain('<PartNumber>1</PartNumber><ETag>&quot;abc&quot;</ETag><Size>8</Size>');
  });

  it('is completed by the use-case, with the parts that the client names and no other right', async () => {
    const parts = '<Part><PartNumber>1</PartNumber><ETag>&quot;abc&quot;</ETag></Part>';
    const answer = await call('POST', upload, naming(parts));
    expect(answer.text).toContain(`<Location>http://x/uploads/${file.id}</Location>`);
    const input = { fileId: file.id, parts: [{ partNumber: 1, etag: '"abc"' }] };
    expect(calls).toEqual([['complete', 'somebody', ['file:upload', 'file:read'], input]]);
  });

  it('says why it is not complete, with the code of the table', async () => {
    completion = fault('UPLOAD_INCOMPLETE', { message: 'Parts are missing: 2 <3>.' });
    const answer = await call(
      'POST',
      upload,
      naming('<Part><PartNumber>1</PartNumber><ETag>a</ETag></Part>'),
    );
    expect(answer).toMatchObject({ status: 409, type: 'application/xml' });
    expect(answer.text).toContain(
      '<Code>UPLOAD_INCOMPLETE</Code><Message>Parts are missing: 2 &lt;3&gt;.</Message><LazaretCode>UPLOAD_INCOMPLETE</LazaretCode>',
    );
  });

  it('is given up by the use-case', async () => {
    expect((await call('DELETE', upload)).status).toBe(204);
    expect(calls).toEqual([['cancel', 'somebody', { fileId: file.id }]]);
  });

  it('is completed without parts where the object is empty', async () => {
    const answer = await call('PUT', '', '');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe('"d41d8cd98f00b204e9800998ecf8427e"');
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['bytes of an object', 'PUT', '', 'bytes'],
    ['bytes of a part', 'PUT', `${upload}&partNumber=1`, 'bytes'],
    ['no document', 'POST', upload, ''],
    ['another document', 'POST', upload, '<Delete><Object/></Delete>'],
    ['half a document', 'POST', upload, '<CompleteMultipartUpload><Part>'],
    ['no parts', 'POST', upload, naming('')],
    ['a part without a number', 'POST', upload, naming('<Part><ETag>a</ETag></Part>')],
    [
      'a part of a silly number',
      'POST',
      upload,
      naming('<Part><PartNumber>1e9</PartNumber><ETag>a</ETag></Part>'),
    ],
    [
      'a document type',
      'POST',
      upload,
      `<!DOCTYPE x [<!ENTITY a "b">]>${naming('<Part><PartNumber>1</PartNumber><ETag>&a;</ETag></Part>')}`,
    ],
  ])('takes no %s', async (_what, method, query, body) => {
    const answer = await call(method, query, body);
    expect(answer).toMatchObject({ status: 400, type: 'application/xml' });
    expect(answer.text).toContain('<Code>BAD_USER_INPUT</Code>');
    expect(calls).toEqual([]);
  });

  it('takes no document that is larger than 10,000 parts can make it', async () => {
    const answer = await call('POST', upload, 'x'.repeat(3 * 1024 * 1024));
    expect([answer.status, codesOf(answer)]).toEqual([413, ['TOO_LARGE', 'TOO_LARGE']]);
  });

  it.each(['GET', 'DELETE', 'POST'])('is no other upload, for %s', async (method) => {
    const body =
      method === 'POST' ? naming('<Part><PartNumber>1</PartNumber><ETag>a</ETag></Part>') : undefined;
    expect((await call(method, '?uploadId=another', body)).status).toBe(404);
    expect((await call(method, '', body)).status).toBe(404);
    expect(calls).toEqual([]);
  });

  it('is not there without its URL', async () => {
    const answer = await call('DELETE', upload, undefined, 'altered');
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('<Code>FORBIDDEN</Code>');
    expect(calls).toEqual([]);
  });

  const PARTS = naming('<Part><PartNumber>1</PartNumber><ETag>a</ETag></Part>');

  it.each([
    ['a part of the service away', new TransientError('postgres', 'down'), 503, 'ServiceUnavailable', '2'],
    ['a mistake of ours', new Error('secret'), 500, 'InternalError', null],
  ] as const)('tells of %s as S3 does', async (_what, error, status, code, retryAfter) => {
    completion = error;
    const answer = await call('POST', upload, PARTS);
    expect(answer.status).toBe(status);
    expect(codesOf(answer)[0]).toBe(code);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
    expect(answer.text).not.toMatch(/secret|down/);
  });

  it.each([
    ['GET', undefined, 'The upload is EXPIRED.'],
    ['POST', PARTS, 'begin a new one'],
    ['DELETE', undefined, 'begin a new one'],
  ])(
    'that is over, as because the store has lost it, is none to S3, for %s',
    async (method, body, message) => {
      state = 'EXPIRED';
      completion = cancellation = fault('CONFLICT', { message: 'begin a new one' });
      const answer = await call(method, upload, body);
      expect([answer.status, codesOf(answer)]).toEqual([404, ['NoSuchUpload', 'CONFLICT']]);
      expect(answer.text).toContain(message);
    },
  );

  it('whose parts are not those that a client names is still there', async () => {
    completion = fault('CONFLICT');
    const answer = await call('POST', upload, PARTS);
    expect([answer.status, codesOf(answer)]).toEqual([409, ['CONFLICT', 'CONFLICT']]);
  });

  it('tells of one writer too many as S3 does', async () => {
    completion = fault('OVERLOADED', { retryAfterMs: 3_000 });
    const answer = await call('POST', upload, PARTS);
    expect([answer.status, codesOf(answer)]).toEqual([503, ['SlowDown', 'OVERLOADED']]);
    expect(answer.headers.get('retry-after')).toBe('3');
  });

  it('tells an address that asks too often so as S3 does', async () => {
    const strict = await startTestEdge((app) => registerS3(app, deps), { limits: { requestsPerAddress: 1 } });
    try {
      const ask = (): Promise<Response> => fetch(`${strict.url}/s3/good${upload}`);
      expect((await ask()).status).toBe(200);
      const answer = await ask();
      const [type, text] = [answer.headers.get('content-type'), await answer.text()];
      expect([answer.status, codesOf({ type, text })]).toEqual([429, ['SlowDown', 'RATE_LIMITED']]);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await strict.close();
    }
  });
});
