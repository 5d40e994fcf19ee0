import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createApiClient, granted, type ApiClient, type SignedPartView } from '../support/api-client.js';
import { openWs } from '../support/open-ws.js';
import { startProduct, type Product } from '../support/product.js';
import { readMetrics } from '../support/read-metrics.js';
import { eventually, putPart, sendFile, untilDecided } from '../support/send-file.js';
import { openSlowSenders, type SlowSenders } from '../support/slow-senders.js';
import { createTusUpload, offsetOf, tusCalls } from '../support/tus-calls.js';

/** The whole measure is 1000; what a machine that does much else can bear is less. */
const CLIENTS = Number(process.env['LAZARET_SLOW_CLIENTS'] ?? 200);
/** So often they come, stay and vanish; `npm run soak` wants more. */
const ROUNDS = Number(process.env['LAZARET_SLOW_ROUNDS'] ?? 1);
/** Each continues an upload of its own, because one upload has one writer. */
const TUS_CLIENTS = Math.ceil(CLIENTS / 10);
const PARTS = 10;
const PART_BYTES = 5 * 1024 * 1024;
const MIB = 1024 * 1024;

let product: Product;
let acme: ApiClient;
let token: string;
beforeAll(async () => {
  // No process is as small as this: the second API is at its limits from its first moment on.
  const otherApiEnv = { LAZARET_MAX_RSS_MIB: '64' };
  product = await startProduct({ services: inject('services'), apis: 2, otherApiEnv });
  token = await product.token('acme-admin');
  acme = createApiClient(product.url, token);
});
afterAll(() => product.stop());

const filesOf = async (name: string): Promise<number> => {
  const directory = path.join(product.dataDirectory, name);
  // A directory that goes while it is read had files a moment ago.
  const entries = await readdir(directory, { withFileTypes: true, recursive: true }).catch(() => undefined);
  return entries?.filter((entry) => entry.isFile()).length ?? Number.NaN;
};
const openUploads = async (): Promise<number> =>
  (await readMetrics(product.metricsUrl)).valueOf('connections', { transport: 'upload' }) ?? 0;

describe('clients that send one byte a second', () => {
  const descriptors = async (): Promise<number> =>
    (await readdir(`/proc/${String(product.api.pid())}/fd`)).length;
  const residentMib = async (): Promise<number> => {
    const status = await readFile(`/proc/${String(product.api.pid())}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  };
  const signParts = async (): Promise<{ fileId: string; parts: readonly SignedPartView[] }> => {
    const created = granted(
      await acme.createUpload({ name: 'slow.bin', sizeBytes: PART_BYTES * PARTS, partSizeBytes: PART_BYTES }),
    );
    const fileId = created.file.id;
    const wanted = Array.from({ length: PARTS }, (_, index) => ({ partNumber: index + 1 }));
    return { fileId, parts: granted(await acme.signUploadParts({ fileId, parts: wanted })).parts };
  };
  const beginAll = async (
    slow: SlowSenders,
    parts: readonly SignedPartView[],
    uploads: readonly string[],
  ): Promise<void> => {
    const fields = {
      Authorization: `Bearer ${token}`,
      'Tus-Resumable': '1.0.0',
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': '0',
    };
    for (const upload of uploads) await slow.begin('PATCH', `${product.url}${upload}`, fields);
    for (let index = slow.count(); index < CLIENTS; index += 1) {
      const part = parts[index % parts.length];
      if (part) await slow.begin('PUT', part.url, {});
    }
  };
  const serveOthers = async (): Promise<void> => {
    const bytes = Buffer.alloc(PART_BYTES + 1, 'good');
    const other = await sendFile(acme, bytes);
    expect((await untilDecided(acme, other.id)).state).toBe('CLEAN');
    const { url } = granted(await acme.createDownloadUrl({ fileId: other.id }));
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
  };

  const come = async (): Promise<void> => {
    // The longer run outlives a token.
    token = await product.token('acme-admin');
    acme = createApiClient(product.url, token);
    const { fileId, parts } = await signParts();
    const call = tusCalls(product.url, token);
    const uploads: string[] = [];
    for (let count = 0; count < TUS_CLIENTS; count += 1) {
      uploads.push(await createTusUpload(call, PART_BYTES));
    }
    const before = await descriptors();
    const slow = openSlowSenders(PART_BYTES);
    try {
      await beginAll(slow, parts, uploads);
      await eventually(openUploads, (count) => count === CLIENTS);
      expect(await descriptors()).toBeGreaterThanOrEqual(before + CLIENTS);
      await serveOthers();
    } finally {
      slow.vanish();
    }
    await eventually(openUploads, (count) => count === 0);
    await eventually(descriptors, (count) => count < before + 20);
    await eventually(
      () => filesOf('objects/tmp'),
      (count) => count === 0,
    );
    expect(granted(await acme.file(fileId))?.upload).toMatchObject({ receivedBytes: 0, parts: [] });
    // What tus has brought is durable until the upload is over.
    for (const upload of uploads) expect((await call('DELETE', upload)).status).toBe(204);
    const [first] = parts;
    if (first) expect((await putPart(first, Buffer.alloc(PART_BYTES))).status).toBe(200);
    granted(await acme.cancelUpload({ fileId }));
    await eventually(
      () => filesOf('objects/ingest'),
      (count) => count === 0,
    );
  };

  it(
    'hurt nobody else, and leave no descriptor, no memory and no part behind when they vanish',
    async () => {
      granted(await acme.uploadFile(Buffer.alloc(MIB), { name: 'warm.bin' }));
      const beforeMib = await residentMib();
      for (let round = 1; round <= ROUNDS; round += 1) {
        await come();
        const grownMib = (await residentMib()) - beforeMib;
        if (ROUNDS > 1) {
          console.log(
            `round ${round}: ${CLIENTS} came and went, ${grownMib.toFixed(0)} MiB more than before`,
          );
        }
        // What a body waits in is bounded for each; a leak of only its buffers would be more than this.
        expect(grownMib).toBeLessThan(200);
      }
    },
    180_000 + ROUNDS * CLIENTS * 300,
  );
});

describe('an API process at its limits', () => {
  const busy = (): string => product.otherApis[0]?.url ?? '';
  const create = JSON.stringify({
    query: 'mutation { createUpload(input: {name: "new.bin", sizeBytes: 1}) { file { id } } }',
  });
  const graphql = (): Promise<Response> =>
    fetch(`${busy()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: create,
    });

  it('refuses new uploads of every protocol for now, and says when to come again', async () => {
    await eventually(
      async () => (await graphql()).status,
      (status) => status === 503,
    );
    const overTus = await tusCalls(busy(), token)('POST', '/uploads', { 'upload-length': '1' });
    for (const answer of [overTus, await graphql()]) {
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await answer.text()).toContain('OVERLOADED');
    }
    const form = new FormData();
    form.set('operations', '{}');
    const overForm = await fetch(`${busy()}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': '1' },
      body: form,
    });
    expect([overForm.status, overForm.headers.get('retry-after')]).toEqual([503, '5']);
    const socket = await openWs(`${busy().replace('http', 'ws')}/graphql`);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect(await socket.next()).toMatchObject({ type: 'connection_ack' });
    socket.send({ id: '1', type: 'subscribe', payload: JSON.parse(create) as object });
    const refusal = JSON.stringify(await socket.next());
    expect(refusal).toContain('"code":"OVERLOADED"');
    expect(refusal).toContain('"retryAfterMs"');
    await socket.close();
  });

  it('goes on with the uploads that were let in before', async () => {
    const bytes = Buffer.from('let in before');
    const { file } = granted(await acme.createUpload({ name: 'before.bin', sizeBytes: bytes.length }));
    const { parts } = granted(await acme.signUploadParts({ fileId: file.id, parts: [{ partNumber: 1 }] }));
    const [part] = parts;
    if (!part) throw new Error('Nothing was signed.');
    const there = part.url.replace(product.url, busy());
    expect((await putPart({ ...part, url: there }, bytes)).status).toBe(200);
    // Also with the operations that bring it to its end.
    const onBusy = createApiClient(busy(), token);
    const second = granted(await acme.createUpload({ name: 'second.bin', sizeBytes: bytes.length }));
    const fileId = second.file.id;
    const [own] = granted(await onBusy.signUploadParts({ fileId, parts: [{ partNumber: 1 }] })).parts;
    if (!own) throw new Error('Nothing was signed.');
    await putPart(own, bytes);
    expect(granted(await onBusy.completeUpload({ fileId })).file.state).toBe('SCANNING');
    expect(granted(await onBusy.file(fileId))?.id).toBe(fileId);
    const resumed = await createTusUpload(tusCalls(product.url, token), bytes.length);
    const call = tusCalls(busy(), token);
    expect(await offsetOf(call, resumed)).toBe(0);
    expect((await call('PATCH', resumed, { 'upload-offset': '0' }, bytes)).status).toBe(204);
    expect((await fetch(`${busy()}/readyz`)).status).toBe(200);
  });
});
