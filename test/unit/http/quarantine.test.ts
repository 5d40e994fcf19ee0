import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packSecretZip } from '../../../src/adapters/zip/secret-zip.js';
import { fault } from '../../../src/domain/errors.js';
import { ok } from '../../../src/domain/result.js';
import { ZIP_ENCRYPTIONS, type ZipEncryption } from '../../../src/domain/zip-encryption.js';
import { registerQuarantine, type QuarantineDeps } from '../../../src/http/quarantine.js';
import type { ByteRange } from '../../../src/ports/object-store.js';
import { hasProvableRanges, readProven } from '../../../src/usecases/contents/read-proven.js';
import { makeFile } from '../../support/make-file.js';
import { openZip } from '../../support/open-zip.js';
import { startTestEdge, type TestEdge } from '../../support/test-edge.js';

const KIB_64 = 65_536;
const content = randomBytes(1_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const { tenantId, id: fileId } = makeFile();

let edge: TestEdge;
let stored: Buffer;
let encryption: ZipEncryption;
/** Bytes that were asked for so far, of content without an end. */
let produced: number;
let opened: Readable[];
let withdrawal: Promise<boolean>;

function* endless(): Generator<Buffer> {
  for (;;) {
    produced += KIB_64;
    yield Buffer.alloc(KIB_64);
  }
}

const open: QuarantineDeps['openForensic'] = ({ subject }) => {
  if (subject === 'over') return Promise.resolve(fault('FILE_NOT_AVAILABLE'));
  const sizeBytes = subject === 'endless' ? 2 ** 40 : content.length;
  const file = { ...makeFile({ name: 'invoice.html', detectedType: 'text/html' }), sizeBytes, sha256 };
  const stand = (range?: ByteRange) => {
    const part = range ? stored.subarray(range.start, range.end + 1) : stored;
    const slices = Array.from({ length: Math.ceil(part.length / KIB_64) }, (_, index) =>
      part.subarray(index * KIB_64, (index + 1) * KIB_64),
    );
    const body = Readable.from(subject === 'endless' ? endless() : slices, { objectMode: false });
    opened.push(body);
    return Promise.resolve({ sizeBytes, body });
  };
  const read = (range?: ByteRange) => readProven(file, stand, range);
  return Promise.resolve(ok({ file, hasRanges: hasProvableRanges(file), read, withdrawn: () => withdrawal }));
};

beforeAll(async () => {
  const grantOf = (token: string) =>
    Promise.resolve(token === 'altered' ? undefined : { tenantId, fileId, subject: token });
  edge = await startTestEdge((app, { metrics }) => {
    registerQuarantine(app, {
      urls: {
        readReleased: async (token) => {
          const grant = await grantOf(token);
          return grant && { ...grant, releaseId: 'r' };
        },
        readForensic: async (token) => {
          const grant = await grantOf(token);
          return grant && { ...grant, encryption };
        },
      },
      openReleased: (grant, correlation) => open({ ...grant, encryption }, correlation),
      openForensic: open,
      zip: (entry, lock) => Promise.resolve(packSecretZip(entry, lock)),
      metrics,
    });
  });
});
afterAll(() => edge.close());
beforeEach(() => {
  stored = content;
  encryption = 'ZIP_CRYPTO';
  produced = 0;
  opened = [];
  withdrawal = Promise.resolve(false);
});

const get = (way: 'released' | 'forensic', token = 'anna', init: RequestInit = {}): Promise<Response> =>
  fetch(`${edge.url}/quarantine/${way}/${token}`, init);
const bodyOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

const connections = async (): Promise<number | undefined> =>
  (await edge.metrics.connections.get()).values.find(({ labels }) => labels.transport === 'download')?.value;

describe('infected content on its way out', () => {
  it('that is released is served as it is, to be saved and never opened by itself', async () => {
    const answer = await get('released');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename=invoice.html',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    });
    expect((await bodyOf(answer)).equals(content)).toBe(true);
    // It is more than one block, and only those of clean content are proven one by one.
    const part = await get('released', 'anna', { headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers.get('accept-ranges')]).toEqual([200, 'none']);
    expect((await bodyOf(part)).equals(content)).toBe(true);
    expect((await get('released', 'anna', { method: 'HEAD' })).headers.get('content-length')).toBe('1000000');
  });

  it.each(ZIP_ENCRYPTIONS)(
    'for examination is in a zip that is locked with %s, and in no byte plain',
    async (way) => {
      encryption = way;
      const answer = await get('forensic');
      expect(answer.headers.get('content-type')).toBe('application/zip');
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${sha256}.zip"`);
      const packed = await bodyOf(answer);
      for (const at of [0, 500_000, 999_900]) {
        expect(packed.includes(content.subarray(at, at + 64))).toBe(false);
      }
      expect(await openZip(packed, 'infected')).toEqual([{ name: sha256, bytes: content }]);
    },
  );

  it('is refused under a URL that is over or was altered, and when the quarantine says no', async () => {
    for (const way of ['released', 'forensic'] as const) {
      expect((await get(way, 'altered')).status).toBe(403);
      const answer = await get(way, 'over');
      expect([answer.status, await answer.json()]).toMatchObject([409, { code: 'FILE_NOT_AVAILABLE' }]);
    }
  });

  it.each([
    ['other bytes', () => Buffer.concat([content.subarray(0, -1), Buffer.of((content.at(-1) ?? 0) ^ 1)])],
    ['fewer bytes', () => content.subarray(0, 700_000)],
    ['more bytes', () => Buffer.concat([content, Buffer.alloc(10)])],
  ])('breaks off and is never a whole zip when the store has %s', async (_what, make) => {
    stored = make();
    for (const way of ZIP_ENCRYPTIONS) {
      encryption = way;
      await expect(get('forensic').then(bodyOf)).rejects.toThrow();
    }
  });

  it.each(['released', 'forensic'] as const)(
    '%s breaks off when it may not be read any more',
    async (way) => {
      const ended = Promise.withResolvers<boolean>();
      withdrawal = ended.promise;
      const answer = await get(way, 'endless');
      ended.resolve(true);
      await expect(bodyOf(answer)).rejects.toThrow();
    },
  );

  it('is read no faster than it is taken, is let go with its reader, and is packed for two at a time', async () => {
    const readers = [new AbortController(), new AbortController()];
    const answers = await Promise.all(readers.map(({ signal }) => get('forensic', 'endless', { signal })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await connections()).toBe(2);
    const busy = await get('forensic');
    expect([busy.status, await busy.json()]).toMatchObject([503, { code: 'OVERLOADED', retryable: true }]);
    // Until nothing moves any more: what has been read then waits in buffers that are bounded.
    let before = -1;
    while (before !== produced) {
      before = produced;
      await sleep(200);
    }
    expect(produced).toBeLessThan(64 * 1024 * 1024);
    for (const reader of readers) reader.abort();
    await expect.poll(() => opened.every(({ destroyed }) => destroyed)).toBe(true);
    await expect.poll(connections).toBe(0);
    await expect
      .poll(() => get('forensic').then((answer) => bodyOf(answer).then(() => answer.status)), {
        timeout: 10_000,
      })
      .toBe(200);
  });
});
