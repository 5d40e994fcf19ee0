import { createHash } from 'node:crypto';
import { parse as parseDisposition } from 'content-disposition';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bodyOf,
  INSPECTED,
  provingBlocks,
  startDownloadScene,
  type DownloadScene,
} from '../../support/download-scene.js';

const { bytes, sha256, updatedAt } = INSPECTED;
const digest = `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
const etag = `"${sha256}"`;
const modified = updatedAt.toUTCString();

let scene: DownloadScene;
beforeAll(async () => {
  scene = await startDownloadScene();
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.reset();
});

describe('a download', () => {
  it('is the whole file, to be saved and never shown', async () => {
    scene.changes = { detectedType: 'text/html' };
    const answer = await scene.get();
    expect(answer.status).toBe(200);
    expect((await bodyOf(answer)).equals(bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      etag,
      'last-modified': modified,
      'accept-ranges': 'bytes',
      'content-length': String(bytes.length),
      'content-type': 'text/html',
      'content-disposition': 'attachment; filename=report.pdf',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox') as string,
      'cache-control': 'private, no-store',
      'repr-digest': digest,
      'content-digest': digest,
    });
  });

  it('has a HEAD with the same headers and no body, whatever range is asked for', async () => {
    const answer = await scene.get({ range: 'bytes=0-9' }, 'HEAD');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(bytes.length));
    expect(answer.headers.get('etag')).toBe(etag);
    expect(await bodyOf(answer)).toHaveLength(0);
    expect(scene.opened).toEqual([]);
  });

  it('keeps headers intact for every name', async () => {
    for (const name of [
      'ä "quoted" 文件.pdf',
      "it's;=,.txt",
      '100%.txt',
      'a\\b.txt',
      '🚢.bin',
      'x'.repeat(255),
    ]) {
      scene.changes = { name };
      const answer = await scene.get({}, 'HEAD');
      expect(parseDisposition(answer.headers.get('content-disposition') ?? '')).toMatchObject({
        type: 'attachment',
        parameters: { filename: name },
      });
    }
  });

  it('has a safe type where none is known, or where it would break a header', async () => {
    for (const detectedType of [null, 'text/html\r\nx: y', 'nonsense']) {
      scene.changes = { detectedType };
      expect((await scene.get({}, 'HEAD')).headers.get('content-type')).toBe('application/octet-stream');
    }
  });

  it('breaks off when the file is withdrawn while it is sent, and never looks complete', async () => {
    const sent = Promise.withResolvers<boolean>();
    scene.withdrawal = sent.promise;
    scene.stored = Buffer.alloc(64 * 1024 * 1024);
    scene.blocks = provingBlocks(scene.stored);
    scene.changes = {
      sizeBytes: scene.stored.length,
      sha256: createHash('sha256').update(scene.stored).digest('hex'),
    };
    const answer = await scene.get();
    sent.resolve(true);
    await expect(bodyOf(answer)).rejects.toThrow();
  });

  it('of zero bytes is an empty success', async () => {
    scene.stored = Buffer.alloc(0);
    scene.blocks = undefined;
    scene.changes = { sizeBytes: 0, sha256: createHash('sha256').digest('hex') };
    const answer = await scene.get();
    expect([answer.status, answer.headers.get('content-length'), (await bodyOf(answer)).length]).toEqual([
      200,
      '0',
      0,
    ]);
    expect((await scene.get({ range: 'bytes=0-' })).status).toBe(416);
  });

  it('is refused where the URL is altered or the file is no longer clean', async () => {
    const altered = await scene.get({}, 'GET', 'altered');
    expect([altered.status, await altered.json()]).toMatchObject([403, { code: 'FORBIDDEN' }]);
    const gone = await scene.get({}, 'GET', 'gone');
    expect([gone.status, await gone.json()]).toMatchObject([409, { code: 'FILE_NOT_AVAILABLE' }]);
  });

  it('closes what it reads from when the client leaves', async () => {
    scene.stored = Buffer.alloc(64 * 1024 * 1024);
    scene.blocks = undefined;
    scene.changes = { sizeBytes: scene.stored.length };
    const leave = new AbortController();
    const answer = await fetch(scene.url, { signal: leave.signal });
    expect(answer.status).toBe(200);
    leave.abort();
    await expect.poll(() => scene.opened[0]?.destroyed).toBe(true);
  });
});

describe('a range', () => {
  const last = bytes.length - 1;
  const total = String(bytes.length);
  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-99', 0, 99],
    ['bytes=500000-', 500_000, last],
    [`bytes=${String(last)}-`, last, last],
    ['bytes=-1', last, last],
    ['bytes=-100', last - 99, last],
    ['bytes=-99999999', 0, last],
    ['bytes=-99999999999999999999', 0, last],
    ['bytes=10-99999999', 10, last],
    ['BYTES=0-9', 0, 9],
  ])('%s is the bytes %d to %d', async (range, start, end) => {
    const answer = await scene.get({ range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${String(start)}-${String(end)}/${total}`);
    expect(answer.headers.get('content-length')).toBe(String(end - start + 1));
    expect((await bodyOf(answer)).equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  it.each([`bytes=${total}-`, 'bytes=99999999-999999999', 'bytes=-0', 'bytes=9-8'])(
    '%s is beyond the file',
    async (range) => {
      const answer = await scene.get({ range });
      expect(answer.status).toBe(416);
      expect(answer.headers.get('content-range')).toBe(`bytes */${total}`);
      expect(await answer.json()).toMatchObject({ code: 'BAD_USER_INPUT', status: 416 });
      // The content is a problem and not the file.
      expect([answer.headers.get('repr-digest'), answer.headers.get('content-digest')]).toEqual([null, null]);
    },
  );

  it.each([
    'bytes=0-0,2-2',
    `bytes=${'0-0,'.repeat(20)}1-1`,
    'lines=0-9',
    'bytes=a-b',
    'bytes',
    'bytes=1.5-2',
  ])('%s is answered with the whole file', async (range) => {
    const answer = await scene.get({ range });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, total]);
    await bodyOf(answer);
  });
});

describe('a condition', () => {
  const range = 'bytes=0-9';
  const earlier = new Date(updatedAt.getTime() - 60_000).toUTCString();
  const later = new Date(updatedAt.getTime() + 60_000).toUTCString();
  it.each([
    [{ 'if-none-match': etag }, 304],
    [{ 'if-none-match': `"x", W/${etag}` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"x"' }, 200],
    [{ 'if-none-match': '"x"', 'if-modified-since': later }, 200],
    [{ 'if-modified-since': modified }, 304],
    [{ 'if-modified-since': earlier }, 200],
    [{ 'if-match': etag }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': `"x", ${etag}` }, 200],
    [{ 'if-match': `W/${etag}` }, 412],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-match': '"x"', 'if-unmodified-since': later }, 412],
    [{ 'if-match': etag, 'if-unmodified-since': earlier }, 200],
    [{ 'if-unmodified-since': earlier }, 412],
    [{ 'if-unmodified-since': modified }, 200],
    [{ 'if-unmodified-since': 'yesterday' }, 200],
    [{ 'if-match': etag, 'if-none-match': etag }, 304],
    [{ range, 'if-range': etag }, 206],
    [{ range, 'if-range': modified }, 206],
    [{ range, 'if-range': `W/${etag}` }, 200],
    [{ range, 'if-range': '"x"' }, 200],
    [{ range, 'if-range': later }, 200],
    [{ range, 'if-none-match': etag }, 304],
    [{ range, 'if-match': '"x"' }, 412],
  ] as [Record<string, string>, number][])('%j is answered with %d', async (headers, status) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await scene.get(headers, method);
      const body = await bodyOf(answer);
      expect(answer.status).toBe(method === 'HEAD' && status === 206 ? 200 : status);
      if (status === 304) expect([body.length, answer.headers.get('etag')]).toEqual([0, etag]);
    }
  });
});
