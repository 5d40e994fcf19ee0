import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const STRANGERS = '4bf92f3577b34da6a3ce929d0e0e4736';

/** A program that asks itself over HTTP inside of a trace that began elsewhere. */
const PROGRAM = `
  import { createServer, get } from 'node:http';
  import { currentTraceparent, withTraceparent } from './src/observability/tracing.js';
  import { stopTracing } from './src/observability/register.js';
  import { context, propagation } from '@opentelemetry/api';
  const seen = [];
  const outside = [];
  const jobs = [];
  const server = createServer(async ({ url, headers }, response) => {
    if (url === '/outside') outside.push(headers);
    else seen.push(headers.traceparent);
    if (url === '/passed-on') {
      const job = {};
      propagation.inject(context.active(), job);
      jobs.push(job);
      await ask('/outside');
    }
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ask = (path, headers = {}) => new Promise((resolve) => {
    get({ port: server.address().port, host: '127.0.0.1', path, headers, agent: false }, (answer) => {
      answer.resume().on('end', resolve);
    });
  });
  let inside;
  await withTraceparent('00-${TRACE}-b7ad6b7169203331-01', 'job', async () => {
    inside = currentTraceparent();
    await ask('/parts/secret-right?token=other-secret');
    await ask('/graphql?query=%7Ba%7D&variables=' + encodeURIComponent('{"name":"secret.txt"}'));
  });
  await withTraceparent(null, 'failing', () => Promise.reject(new Error('no'))).catch(() => undefined);
  await ask('/livez');
  await ask('/passed-on', { traceparent: '00-${STRANGERS}-b7ad6b7169203331-01', baggage: 'role=admin' });
  server.close();
  await stopTracing();
  console.log(JSON.stringify({ inside, seen, outside, jobs }));
`;

/** One that has a span to send when it ends. */
const ENDING = `
  import { withTraceparent } from './src/observability/tracing.js';
  import { stopTracing } from './src/observability/register.js';
  await withTraceparent(null, 'job', () => Promise.resolve());
  const beganAt = performance.now();
  await stopTracing();
  console.log(performance.now() - beganAt);
  process.exit();
`;

interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

interface Export {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

const spans: Span[] = [];
const collector = createServer((request, response) => {
  void json(request).then((body) => {
    const { resourceSpans } = body as Export;
    spans.push(...resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});

async function execute(program: string, env: Record<string, string>): Promise<string> {
  const imports = ['--import', 'tsx', '--import', './src/observability/register.ts'];
  const options = { timeout: 30_000, env: { ...process.env, ...env } };
  const { stdout } = await run(
    process.execPath,
    [...imports, '--input-type=module', '--eval', program],
    options,
  );
  return stdout.trim();
}

type Carrier = Readonly<Record<string, string>>;

interface Outcome {
  readonly inside?: string;
  readonly seen: readonly (string | null)[];
  readonly outside: readonly Carrier[];
  readonly jobs: readonly Carrier[];
}

let outcome: Outcome;

beforeAll(async () => {
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const endpoint = `http://127.0.0.1:${String((collector.address() as AddressInfo).port)}`;
  const output = await execute(PROGRAM, {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_NODE_RESOURCE_DETECTORS: 'none',
  });
  outcome = JSON.parse(output) as Outcome;
}, 40_000);
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
});

/** SPAN_KIND_SERVER of OTLP. */
const SERVER = 2;

describe('tracing', () => {
  it('goes on with the trace that work was caused by, and hands it on over HTTP', () => {
    expect(outcome.inside).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(outcome.seen[0]).toContain(TRACE);
    const traced = spans.filter((span) => span.traceId === TRACE);
    expect(traced.map((span) => span.name)).toContain('job');
    expect(traced.some((span) => span.kind === SERVER)).toBe(true);
  });

  it('hands the trace of a stranger on to other systems and to jobs, and nothing else that came with it', () => {
    const handedOn = [...outcome.outside, ...outcome.jobs];
    expect(handedOn.map(({ traceparent }) => traceparent)).toEqual([
      expect.stringContaining(STRANGERS),
      expect.stringContaining(STRANGERS),
    ]);
    for (const carrier of handedOn) expect(carrier).not.toHaveProperty('baggage');
  });

  it('shows no right of a URL, and no probe', () => {
    const server = spans.find((span) => span.kind === SERVER);
    const path = server?.attributes.find(({ key }) => key === 'url.path');
    expect(path?.value.stringValue).toBe('/parts/[redacted]');
    const queries = spans.flatMap(({ attributes }) => attributes.filter(({ key }) => key === 'url.query'));
    expect(queries.map(({ value }) => value.stringValue)).toEqual([
      'token=[redacted]',
      'query=[redacted]&variables=[redacted]',
    ]);
    for (const hidden of ['secret-right', 'other-secret', 'livez']) {
      expect(JSON.stringify(spans)).not.toContain(hidden);
    }
  });

  it('holds up the end of its process no longer than a moment where nobody takes the spans', async () => {
    const silent = createTcpServer((socket) => socket.on('error', () => undefined).resume());
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const took = await execute(ENDING, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(port)}`,
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
    });
    silent.close();
    expect(Number(took)).toBeLessThan(4_000);
  });

  it('marks work that failed', () => {
    expect(spans.find((span) => span.name === 'failing')?.status.code).toBe(2);
  });

  it.each([
    ['is not asked for', {}],
    ['is switched off', { OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' }],
    ['has no exporter', { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }],
  ])('does nothing where it %s', async (_why, env) => {
    const count = spans.length;
    const { inside, seen } = JSON.parse(await execute(PROGRAM, env)) as Outcome;
    expect([inside, seen, spans.length]).toEqual([undefined, [null, null, null, expect.any(String)], count]);
  });
});
