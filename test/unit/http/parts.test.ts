import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { FaultError, TransientError } from '../../../src/domain/errors.js';
import type { Part } from '../../../src/domain/file.js';
import { ok } from '../../../src/domain/result.js';
import { registerParts, type PartsDeps } from '../../../src/http/parts.js';
import type { ObjectStore, OpenUpload } from '../../../src/ports/object-store.js';
import type { PartGrant } from '../../../src/ports/url-signer.js';
import { storePart } from '../../../src/usecases/store-part.js';
import { makeFile } from '../../support/make-file.js';
import { startTestEdge, type TestEdge } from '../../support/test-edge.js';

const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
const bytes = randomBytes(6 * 1024 * 1024);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const digest = `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;

let root: string;
let objects: ObjectStore;
let upload: OpenUpload;
let edge: TestEdge;
let ledger: Part[];
let grant: PartGrant;
/** Parts that were taken or given up. */
let settled: number;
/** Holds back the store, as the look into the database does. */
let mayStore: Promise<unknown>;
/** Time for a small body to come whole. */
const ARRIVAL_MS = 50;
/** Holds back the reading of URLs. */
let mayRead: Promise<void>;

/** Puts parts into a real store; the ledger is a list. */
const receive: PartsDeps['receivePart'] = async (given, _correlation, { body, signal, contentLength }) => {
  const refusal = { ok: false, fault: { code: 'BAD_USER_INPUT', message: 'The size is wrong.' } } as const;
  if (contentLength !== undefined && contentLength !== given.sizeBytes) return refusal;
  const file = makeFile({ ingestKey: upload.key, ingestHandle: upload.handle });
  await mayStore;
  try {
    const part = await storePart(objects, file, given, body, signal);
    ledger.push(part);
    return ok({ ...part, receivedBytes: part.sizeBytes });
  } catch (error) {
    if (error instanceof FaultError) return { ok: false, fault: error.fault };
    throw error;
  } finally {
    settled += 1;
  }
};

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'lazaret-parts-'));
  objects = await createFilesystemStore({ root, clock });
  edge = await startTestEdge(
    (app, { metrics }) =>
      registerParts(app, {
        urls: {
          readPart: async (token) => {
            await mayRead;
            return token === 'good' ? grant : undefined;
          },
        },
        receivePart: receive,
        metrics,
      }),
    { minRateBytesPerSecond: 50_000, bodyGuard: { windowMs: 500, drainMs: 2_000 } },
  );
});
afterAll(async () => {
  await edge.close();
  await rm(root, { recursive: true });
});
beforeEach(async () => {
  const file = makeFile();
  ledger = [];
  mayRead = Promise.resolve();
  mayStore = Promise.resolve();
  settled = 0;
  upload = await objects.beginUpload(`parts/${randomBytes(8).toString('hex')}`);
  grant = {
    tenantId: file.tenantId,
    fileId: file.id,
    partNumber: 1,
    sizeBytes: bytes.length,
    subject: 'somebody',
  };
});

const put = (
  body: RequestInit['body'],
  headers: Record<string, string> = {},
  token = 'good',
): Promise<Response> =>
  fetch(`${edge.url}/parts/${token}`, {
    method: 'PUT',
    body: body ?? null,
    headers,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  });

const chunked = (content: Buffer): ReadableStream =>
  ReadableStream.from([content.subarray(0, 9), content.subarray(9)]);

async function begin(length: number): Promise<Socket> {
  const socket = connect(edge.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(`PUT /parts/good HTTP/1.1\r\nHost: x\r\nContent-Length: ${String(length)}\r\n\r\n`);
  return socket;
}

/** Files of the store that are neither directories nor the upload's own record. */
const scraps = async (): Promise<readonly string[]> =>
  (await readdir(path.join(root, 'tmp'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.includes('lock') && !entry.name.includes('owner'))
    .map((entry) => entry.name);

const openUploads = async (): Promise<number | undefined> =>
  (await edge.metrics.connections.get()).values.find((value) => value.labels.transport === 'upload')?.value;

describe('a part', () => {
  it.each([
    ['with its length', bytes],
    ['chunked', 'chunked'],
    ['of any declared type', bytes],
  ] as const)('is stored %s, and answered with ETag and digest', async (_how, body) => {
    const content = body === 'chunked' ? chunked(bytes) : body;
    const answer = await put(content, { 'content-type': 'application/json' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toMatch(/^"[^"]+"$/);
    expect(answer.headers.get('repr-digest')).toBe(digest);
    expect(await answer.text()).toBe('');
    const [part] = ledger;
    expect(part).toMatchObject({ sizeBytes: bytes.length, sha256 });
    if (!part) return;
    await objects.finishUpload(upload, [part]);
    const stored = await objects.read({ area: 'ingest', key: upload.key });
    expect(stored && (await buffer(stored.body)).equals(bytes)).toBe(true);
  });

  it.each([
    ['longer than signed', Buffer.concat([bytes, Buffer.from('x')])],
    ['shorter than signed', bytes.subarray(1)],
    ['empty', Buffer.alloc(0)],
  ])('is refused when %s, with or without its length, and the sender sees why', async (_what, content) => {
    for (const body of [content, chunked(content)]) {
      const answer = await put(body);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect(ledger).toEqual([]);
  });

  it('is refused when its bytes do not have the signed checksum or the one that the sender names', async () => {
    const other = `sha-256=:${createHash('sha256').update('other').digest('base64')}:`;
    const unlike = await put(bytes, { 'content-digest': other });
    expect([unlike.status, await unlike.json()]).toMatchObject([422, { code: 'CHECKSUM_MISMATCH' }]);
    grant = { ...grant, sha256: createHash('sha256').update('other').digest('hex') };
    expect((await put(bytes)).status).toBe(422);
    expect((await put(bytes, { 'content-digest': digest })).status).toBe(422);
    expect(ledger).toEqual([]);
    grant = { ...grant, sha256 };
    expect((await put(bytes, { 'content-digest': digest })).status).toBe(200);
  });

  it.each([
    ['no byte sequence', 'sha-256=abc'],
    ['a broken byte sequence', 'sha-256=:####:'],
    ['no end', digest.slice(0, -1)],
    ['too few bytes', 'sha-256=:AAAA:'],
    ['text in place of members', 'trust me'],
    ['nothing', ' '],
    ['a broken member beside a good one', `${digest}, md5=1`],
  ])('is refused with 400 when its digest has %s', async (_what, field) => {
    const answer = await put(bytes, { 'content-digest': field });
    expect([answer.status, await answer.json()]).toMatchObject([400, { field: 'Content-Digest' }]);
    expect(ledger).toEqual([]);
  });

  it('is proven by its SHA-256 whatever other digests stand beside it', async () => {
    const others = 'md5=:AAAAAAAAAAAAAAAAAAAAAA==:;x=1';
    expect((await put(bytes, { 'content-digest': `${others}, ${digest}` })).status).toBe(200);
    expect((await put(bytes, { 'content-digest': others })).status).toBe(200);
  });

  it('is refused before its body where the URL is altered or over, and the sender sees why', async () => {
    const answer = await put(bytes, {}, 'altered');
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'FORBIDDEN' }]);
  });

  it('leaves nothing behind when its sender vanishes', async () => {
    const sockets = await Promise.all(Array.from({ length: 50 }, () => begin(bytes.length)));
    for (const socket of sockets) socket.write(bytes.subarray(0, 100_000));
    await expect.poll(openUploads).toBe(50);
    await expect.poll(async () => (await scraps()).length).toBeGreaterThan(0);
    for (const socket of sockets) socket.destroy();
    await expect.poll(openUploads).toBe(0);
    await expect.poll(scraps).toEqual([]);
    expect(ledger).toEqual([]);
    expect(edge.lines.filter((line) => line.includes('a request failed'))).toEqual([]);
  });

  it('ends when its sender was gone before anybody looked at it', async () => {
    let read = (): void => undefined;
    mayRead = new Promise((resolve) => {
      read = resolve;
    });
    const inFlight = async () => (await edge.metrics.httpInFlight.get()).values[0]?.value;
    const socket = await begin(bytes.length);
    socket.write(bytes.subarray(0, 1_000));
    await expect.poll(inFlight).toBe(1);
    socket.destroy();
    await expect.poll(inFlight).toBe(0);
    read();
    await expect.poll(() => settled).toBe(1);
    expect(ledger).toEqual([]);
  });

  it('is cut off when it trickles, while others go on', async () => {
    const slow = await begin(bytes.length);
    const drip = setInterval(() => slow.write('x'), 20);
    // A write that comes too late is an error of the socket, and no answer to wait for.
    const closed = new Promise((resolve) => slow.resume().once('close', resolve));
    expect((await put(bytes)).status).toBe(200);
    await closed;
    clearInterval(drip);
    await expect.poll(scraps).toEqual([]);
  });

  it('is not held in memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    grant = { ...grant, sizeBytes: 64 * bytes.length };
    let peak = 0;
    const stream = ReadableStream.from(
      (function* () {
        for (let index = 0; index < 64; index += 1) {
          peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
          yield bytes;
        }
      })(),
    );
    expect((await put(stream)).status).toBe(200);
    expect(peak).toBeLessThan(32 * bytes.length);
  });

  it('may be put by a page of an allowed origin', async () => {
    const answer = await put(bytes, { origin: 'https://app.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(answer.headers.get('access-control-expose-headers')).toContain('etag');
    await text(answer.body ?? ReadableStream.from([]));
  });

  it.each([10, 100_000, bytes.length])(
    'of %i bytes gets its answer when the store refuses it before reading, as one that is away does',
    async (sizeBytes) => {
      const away = new TransientError('object-store', 'left alone');
      const putPart = vi.spyOn(objects, 'putPart').mockImplementation(() => Promise.reject(away));
      mayStore = sleep(ARRIVAL_MS);
      try {
        grant = { ...grant, sizeBytes };
        const answer = await put(bytes.subarray(0, sizeBytes));
        expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'DEPENDENCY_UNAVAILABLE' }]);
      } finally {
        putPart.mockRestore();
      }
    },
  );
});
