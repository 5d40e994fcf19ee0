import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startGate, type Gate } from '../support/gate.js';
import { openWs, type WsClient } from '../support/open-ws.js';
import { startProduct, type Product } from '../support/product.js';
import { readMetrics, type Scrape } from '../support/read-metrics.js';

const NAME = 'payroll-of-the-board.txt';
const CONTENT = 'A few bytes that are worth counting.';
/** Gauges of the worker are read anew every five seconds. */
const GAUGE_TIMEOUT_MS = 20_000;

let product: Product;
let gate: Gate;
let token: string;
/** What no label may hold. */
const identities = ['acme', NAME, 'payroll', 'metrics-test-request'];

const api = (): Promise<Scrape> => readMetrics(product.metricsUrl);
const worker = (): Promise<Scrape> => readMetrics(product.workerMetricsUrl);

beforeAll(async () => {
  const services = inject('services');
  const clamd = new URL(services.clamd.tcp);
  gate = await startGate({ host: clamd.hostname, port: Number(clamd.port) });
  product = await startProduct({
    services,
    // However long no scanner is there, no file has used up its one attempt when there is one.
    env: { CLAMD_ADDRESSES: `tcp://127.0.0.1:${gate.port}`, LAZARET_SCAN_MAX_ATTEMPTS: '1' },
  });
  token = await vi.waitFor(() => product.token('acme-admin'), { timeout: 15_000, interval: 250 });
}, 120_000);
afterAll(async () => {
  await product.stop();
  await gate.close();
});

async function ask<T>(body: string | FormData): Promise<T> {
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'apollo-require-preflight': 'yes',
      'x-request-id': 'metrics-test-request',
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
    },
    body,
  });
  const { data, errors } = (await response.json()) as { data?: { answer: T }; errors?: unknown };
  if (!data) throw new Error(JSON.stringify(errors));
  return data.answer;
}

const mutate = <T>(name: string, input: string, selection: string, value: object): Promise<T> =>
  ask(
    JSON.stringify({
      query: `mutation ($input: ${input}!) { answer: ${name}(input: $input) { ${selection} } }`,
      variables: { input: value },
    }),
  );

interface Signed {
  readonly parts: readonly [{ url: string; headers: readonly { name: string; value: string }[] }];
}

async function uploadInParts(): Promise<string> {
  const { file } = await mutate<{ file: { id: string } }>(
    'createUpload',
    'CreateUploadInput',
    'file { id }',
    {
      name: NAME,
      sizeBytes: CONTENT.length,
    },
  );
  const input = { fileId: file.id, parts: [{ partNumber: 1 }] };
  const selection = 'parts { url headers { name value } }';
  const { parts } = await mutate<Signed>('signUploadParts', 'SignUploadPartsInput', selection, input);
  const [{ url, headers }] = parts;
  const own = Object.fromEntries(headers.map(({ name, value }) => [name, value]));
  await fetch(url, { method: 'PUT', headers: own, body: CONTENT });
  await mutate('completeUpload', 'CompleteUploadInput', 'file { id }', { fileId: file.id });
  identities.push(file.id);
  return file.id;
}

async function uploadAtOnce(): Promise<void> {
  const form = new FormData();
  const query = 'mutation ($file: Upload!) { answer: uploadFile(file: $file) { file { id } } }';
  form.append('operations', JSON.stringify({ query, variables: { file: null } }));
  form.append('map', JSON.stringify({ 0: ['variables.file'] }));
  form.append('0', new Blob([CONTENT]), NAME);
  const { file } = await ask<{ file: { id: string } }>(form);
  identities.push(file.id);
}

async function watch(): Promise<WsClient> {
  const socket = await openWs(product.wsUrl);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await socket.next();
  return socket;
}

describe('the metrics', () => {
  it('show an upload that comes in, waits, is judged and goes out, and every count moves', async () => {
    const before = await worker();
    const socket = await watch();
    const fileId = await uploadInParts();
    await uploadAtOnce();

    const open = await api();
    expect(open.valueOf('connections', { transport: 'websocket' })).toBe(1);
    expect(open.valueOf('received_bytes_total', { protocol: 'part' })).toBe(CONTENT.length);
    expect(open.valueOf('received_bytes_total', { protocol: 'graphql' })).toBe(CONTENT.length);

    await vi.waitFor(
      async () => {
        const waiting = await worker();
        // With no scanner in reach they are put back at once: the backlog has them, and the queue only now and then.
        expect(waiting.valueOf('files_scanning')).toBe(2);
        for (const state of ['waiting', 'active', 'delayed', 'failed']) {
          expect(waiting.valueOf('queue_jobs', { queue: 'inspection', state })).toBeGreaterThanOrEqual(0);
        }
        expect(waiting.valueOf('oldest_scanning_seconds')).toBeGreaterThan(0);
        expect(waiting.valueOf('outbox_unpublished')).toBe(0);
      },
      { timeout: GAUGE_TIMEOUT_MS, interval: 200 },
    );
    expect(before.valueOf('verdicts_total', { outcome: 'CLEAN' })).toBeUndefined();

    gate.open();
    await vi.waitFor(
      async () => {
        // The API has no files that would make it look sooner than it does by itself.
        expect((await api()).valueOf('clamd_usable', { index: '0' })).toBe(1);
        const judged = await worker();
        expect(judged.valueOf('verdicts_total', { outcome: 'CLEAN' })).toBe(2);
        expect(judged.valueOf('scanned_bytes_total')).toBe(2 * CONTENT.length);
        expect(judged.valueOf('scan_duration_seconds_count', { outcome: 'CLEAN' })).toBe(2);
        expect(judged.valueOf('upload_transitions_total', { from: 'SCANNING', to: 'CLEAN' })).toBe(2);
        expect(judged.valueOf('oldest_scanning_seconds')).toBe(0);
      },
      { timeout: GAUGE_TIMEOUT_MS, interval: 200 },
    );

    const { url } = await mutate<{ url: string }>('createDownloadUrl', 'CreateDownloadUrlInput', 'url', {
      fileId,
    });
    expect(await (await fetch(url)).text()).toBe(CONTENT);
    await socket.close();
    await vi.waitFor(async () => {
      const served = await api();
      expect(served.valueOf('served_bytes_total')).toBe(CONTENT.length);
      expect(served.valueOf('connections', { transport: 'websocket' })).toBe(0);
      expect(served.valueOf('connections', { transport: 'download' })).toBe(0);
    });
  }, 90_000);

  it('count each change of state once', async () => {
    const scrape = await worker();
    const count = (from: string, to: string) => scrape.valueOf('upload_transitions_total', { from, to });
    expect([count('NONE', 'PENDING'), count('PENDING', 'RECEIVING'), count('RECEIVING', 'SCANNING')]).toEqual(
      [2, 2, 2],
    );
  });

  it('show HTTP, GraphQL, tokens, pools and breakers of the processes', async () => {
    const [edge, work] = await Promise.all([api(), worker()]);
    const put = { method: 'PUT', route: '/parts/:token', status: '200' };
    expect(edge.valueOf('http_request_duration_seconds_count', put)).toBe(1);
    expect(edge.valueOf('graphql_operations_total', { type: 'mutation', outcome: 'ok' })).toBeGreaterThan(3);
    expect(edge.valueOf('token_verifications_total', { outcome: 'verified' })).toBeGreaterThan(3);
    expect(work.valueOf('breaker_state', { dependency: 'redis' })).toBe(0);
    for (const scrape of [edge, work]) {
      expect(scrape.valueOf('breaker_state', { dependency: 'clamd', index: '0' })).toBe(0);
      expect(scrape.valueOf('clamd_usable', { index: '0' })).toBe(1);
      expect(scrape.valueOf('clamd_self_test_passed', { index: '0' })).toBe(1);
      expect(scrape.valueOf('clamd_definitions_outdated', { index: '0' })).toBe(0);
    }
    for (const scrape of [edge, work]) {
      expect(scrape.valueOf('database_pool_connections', { pool: 'main', state: 'idle' })).toBeGreaterThan(0);
    }
  });

  it.each(['metricsUrl', 'workerMetricsUrl'] as const)(
    'have probes beside them that show each clamd, and not where it is: %s',
    async (which) => {
      const response = await fetch(product[which].replace('/metrics', '/readyz'));
      const report = (await response.json()) as { dependencies: Record<string, unknown> };
      expect(report).toMatchObject({ status: 'ok' });
      expect(report.dependencies['scanner']).toMatchObject({
        status: 'up',
        detail: '1 of 1 clamds are usable',
        instances: [
          { index: 0, state: 'usable', breaker: 'closed', definitions: 'development', isOutdated: false },
        ],
      });
      expect(JSON.stringify(report)).not.toContain(String(gate.port));
    },
  );

  it.each(['metricsUrl', 'workerMetricsUrl'] as const)(
    'answer within a second and name nobody: %s',
    async (which) => {
      const { labels, elapsedMs } = await readMetrics(product[which]);
      expect(elapsedMs).toBeLessThan(1_000);
      expect(labels.length).toBeGreaterThan(20);
      expect(labels.filter(([name]) => /tenant|user|subject|file|name/u.test(name))).toEqual([]);
      const values = labels.map(([, value]) => value);
      expect(values.filter((value) => identities.some((identity) => value.includes(identity)))).toEqual([]);
      expect(values.filter((value) => /[0-9a-f]{8}-|@|eyJ/u.test(value))).toEqual([]);
    },
  );
});
