import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { openWs, type WsClient } from '../support/open-ws.js';
import {
  attributeOf,
  startOtlpReceiver,
  type OtlpReceiver,
  type OtlpSpan,
} from '../support/otlp-receiver.js';
import { startProduct, type Product } from '../support/product.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const CLIENT_SPAN_ID = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE_ID}-${CLIENT_SPAN_ID}-01`;
const CORRELATION_ID = 'upload-of-the-trace-test';
const NAME = 'salaries-of-the-board.txt';
const NOTE = 'not-for-everybody';
const CONTENT = 'Nothing to see here.';

const [INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER] = [1, 2, 3, 4, 5] as const;

let receiver: OtlpReceiver;
let product: Product;
let trace: readonly OtlpSpan[];
let fileId: string;
let workerLog: readonly Record<string, unknown>[];
/** What no span may hold. */
const secrets: string[] = [NAME, 'salaries', NOTE, CONTENT];

async function ask<T>(token: string, query: string, variables: object): Promise<T> {
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      traceparent: TRACEPARENT,
      'x-request-id': CORRELATION_ID,
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: { answer: T } | null; errors?: unknown };
  if (!data) throw new Error(JSON.stringify(errors));
  return data.answer;
}

interface Signed {
  readonly parts: readonly {
    readonly url: string;
    readonly headers: readonly { readonly name: string; readonly value: string }[];
  }[];
}

/** Everything from the first request to the last byte, as one client with one trace. */
async function upload(token: string): Promise<string> {
  const created = await ask<{ file: { id: string } }>(
    token,
    'mutation Create($input: CreateUploadInput!) { answer: createUpload(input: $input) { file { id } } }',
    { input: { name: NAME, sizeBytes: CONTENT.length, metadata: [{ key: 'note', value: NOTE }] } },
  );
  const { id } = created.file;
  const { parts } = await ask<Signed>(
    token,
    `mutation Sign($input: SignUploadPartsInput!) {
      answer: signUploadParts(input: $input) { parts { url headers { name value } } } }`,
    { input: { fileId: id, parts: [{ partNumber: 1 }] } },
  );
  for (const { url, headers } of parts) {
    secrets.push(url.split('/').at(-1) ?? '');
    const own = Object.fromEntries(headers.map(({ name, value }) => [name, value]));
    const put = await fetch(url, {
      method: 'PUT',
      headers: { ...own, traceparent: TRACEPARENT },
      body: CONTENT,
    });
    expect(put.status).toBe(200);
  }
  await ask(
    token,
    'mutation Complete($input: CompleteUploadInput!) { answer: completeUpload(input: $input) { file { id } } }',
    { input: { fileId: id } },
  );
  return id;
}

async function download(token: string, id: string): Promise<void> {
  const { url } = await ask<{ url: string }>(
    token,
    'mutation Download($input: CreateDownloadUrlInput!) { answer: createDownloadUrl(input: $input) { url } }',
    { input: { fileId: id } },
  );
  secrets.push(url.split('/').at(-1) ?? '');
  expect(await (await fetch(url)).text()).toBe(CONTENT);
}

/** What is refused is told to the client in words that may repeat its own. */
async function refuse(token: string): Promise<void> {
  const query =
    'mutation Refused($input: CreateUploadInput!) { answer: createUpload(input: $input) { file { id } } }';
  for (const input of [
    { name: `../${NAME}`, sizeBytes: 1 },
    { name: NAME, sizeBytes: NAME },
  ]) {
    await expect(ask(token, query, { input })).rejects.toThrow();
  }
}

/** Subscribes as somebody else, on a connection that began outside of any trace. */
async function watch(token: string): Promise<WsClient> {
  const socket = await openWs(product.wsUrl);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await socket.next();
  const query = 'subscription Watch { fileEvents { to file { id } } }';
  socket.send({ id: '1', type: 'subscribe', payload: { query } });
  return socket;
}

async function untilClean(socket: WsClient): Promise<void> {
  for (;;) {
    const message = await socket.next();
    if (JSON.stringify(message).includes('"to":"CLEAN"')) return;
  }
}

async function readWorkerLog(): Promise<Record<string, unknown>[]> {
  const text = await readFile(path.join(product.dataDirectory, 'logs', 'worker.log'), 'utf8');
  expect(text).toContain('inspection decided');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const env = { ...receiver.env, LAZARET_LOG_LEVEL: 'debug' };
  product = await startProduct({ services: inject('services'), env });
  // A process that has just begun on a busy machine may ask to come back.
  const tokenOf = (id: string) => vi.waitFor(() => product.token(id), { timeout: 15_000, interval: 250 });
  const [token, viewer] = await Promise.all([tokenOf('acme-admin'), tokenOf('acme-viewer')]);
  secrets.push(token, viewer);
  const socket = await watch(viewer);
  fileId = await upload(token);
  await untilClean(socket);
  await download(token, fileId);
  await refuse(token);
  await socket.close();
  // Lines reach the file a little after they were written.
  workerLog = await vi.waitFor(readWorkerLog, { timeout: 10_000 });
  // Whatever is still held back is sent at the end.
  await product.stop();
  trace = receiver.spans.filter(({ traceId }) => traceId === TRACE_ID);
}, 120_000);
afterAll(async () => {
  await product.stop();
  await receiver.close();
});

/** The names of a span and of everything above it, up to the client's own. */
function pathOf(span: OtlpSpan): string[] {
  const parent = trace.find(({ spanId }) => spanId === span.parentSpanId);
  return [span.name, ...(parent ? pathOf(parent) : [])];
}

const pathsOf = (kind: number, name: string | RegExp): string[][] =>
  trace
    .filter(
      (span) => span.kind === kind && (typeof name === 'string' ? span.name === name : name.test(span.name)),
    )
    .map(pathOf);

/** A statement that changes something, whatever it is called. */
const WRITE = /^pg\.query:(?!BEGIN|COMMIT|SELECT)/;
const OPERATION = ['mutation.Complete', 'POST /graphql'];
const JOB = ['process inspection', 'add inspection.inspect', ...OPERATION];

describe('the trace of an upload', () => {
  it('begins with the requests of the client', () => {
    expect(pathsOf(SERVER, 'POST /graphql').length).toBeGreaterThanOrEqual(3);
    expect(pathsOf(SERVER, 'PUT /parts/:token')).toHaveLength(1);
    for (const span of trace.filter(({ kind }) => kind === SERVER)) {
      expect(span.parentSpanId).toBe(CLIENT_SPAN_ID);
    }
  });

  it('goes on through the operation and its statements to the job', () => {
    expect(pathsOf(INTERNAL, 'mutation.Complete')).toEqual([OPERATION]);
    expect(pathsOf(CLIENT, WRITE)).toContainEqual([expect.any(String), ...OPERATION]);
    expect(pathsOf(PRODUCER, 'add inspection.inspect')).toEqual([JOB.slice(1)]);
    expect(pathsOf(CONSUMER, 'process inspection')).toEqual([JOB]);
  });

  it('goes on in the worker to the scan, the statements of the verdict and what somebody else is told', () => {
    expect(pathsOf(CLIENT, 'scan')).toEqual([['scan', ...JOB]]);
    expect(pathsOf(CLIENT, WRITE)).toContainEqual([expect.any(String), ...JOB]);
    expect(pathsOf(INTERNAL, 'deliver file event')).toEqual(
      expect.arrayContaining([
        ['deliver file event', 'mutation.Create', 'POST /graphql'],
        ['deliver file event', ...OPERATION],
        ['deliver file event', ...JOB],
      ]),
    );
  });

  it('has no span without its parent, and no span twice', () => {
    const ids = trace.map(({ spanId }) => spanId);
    expect(new Set(ids).size).toBe(ids.length);
    const orphans = trace.filter(
      ({ parentSpanId }) => ![CLIENT_SPAN_ID, ...ids].includes(parentSpanId ?? ''),
    );
    expect(orphans).toEqual([]);
  });

  it('names tenant and upload by their ids on every step', () => {
    const steps = [
      'mutation.Create',
      'PUT /parts/:token',
      ...OPERATION.slice(0, 1),
      'process inspection',
      'deliver file event',
    ];
    for (const step of steps) {
      const span = trace.find(({ name }) => name === step);
      expect([step, span && attributeOf(span, 'lazaret.file.id')]).toEqual([step, fileId]);
      expect(span && attributeOf(span, 'lazaret.tenant.id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('holds neither names nor notes nor bytes nor rights, in this trace or any other', () => {
    const text = JSON.stringify(receiver.spans);
    const found = secrets.filter((secret) =>
      [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')].some((form) =>
        text.includes(form),
      ),
    );
    expect(secrets.every((secret) => secret.length > 5)).toBe(true);
    expect(found).toEqual([]);
  });

  it('says of what was refused by which code, and nothing more', () => {
    const refused = trace.filter(({ name }) => name === 'mutation.Refused');
    expect(refused.map((span) => attributeOf(span, 'error.type'))).toEqual([
      'INVALID_NAME',
      'BAD_USER_INPUT',
    ]);
  });

  it('leaves nobody named by subject in a statement', () => {
    expect(JSON.stringify(receiver.spans)).not.toContain(Buffer.from('acme-admin').toString('hex'));
  });
});

describe('the log of the worker', () => {
  it('has the correlation id of the request, and the trace, on every line about the upload', () => {
    const lines = workerLog.filter((line) => JSON.stringify(line).includes(fileId));
    expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['inspection decided']));
    for (const line of lines) {
      expect(line).toMatchObject({ correlationId: CORRELATION_ID, traceId: TRACE_ID });
    }
  });
});
