import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { fault, FaultError } from '../../../src/domain/errors.js';
import { closeHttpServer } from '../../../src/http/server.js';
import { createHealth, type HealthCheck } from '../../../src/observability/health.js';
import { startMetricsServer } from '../../../src/observability/metrics-server.js';
import { startTestEdge, type TestEdge } from '../../support/test-edge.js';

let edge: TestEdge | undefined;
afterEach(() => edge?.close());

async function open(port: number, head: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(head);
  return socket;
}

describe('an address that asks too often', () => {
  it('is refused with RATE_LIMITED and told when to come back; probes go on', async () => {
    edge = await startTestEdge((app) => void app.get('/work', () => 'done'), {
      limits: { requestsPerAddress: 3 },
    });
    const { url } = edge;
    const statuses = [];
    for (let request = 0; request < 5; request += 1) statuses.push((await fetch(`${url}/work`)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refusal = await fetch(`${url}/work`);
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refusal.json()).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  it('is counted before a route refuses it, and where there is no route', async () => {
    let looks = 0;
    const addLocked = (app: FastifyInstance): void => {
      const onRequest = (): void => {
        looks += 1;
        throw new FaultError(fault('UNAUTHENTICATED').fault);
      };
      app.get('/locked', { onRequest }, () => 'done');
    };
    edge = await startTestEdge(addLocked, { limits: { requestsPerAddress: 3 } });
    const { url } = edge;
    const statuses = [];
    for (const path of ['/locked', '/nowhere', '/locked', '/locked', '/nowhere']) {
      statuses.push((await fetch(`${url}${path}`)).status);
    }
    expect(statuses).toEqual([401, 404, 401, 429, 429]);
    expect(looks).toBe(2);
  });
});

describe('a page of another origin', () => {
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'GET' };
  const start = async (requestsPerAddress: number): Promise<(method: string) => Promise<Response>> => {
    edge = await startTestEdge((app) => void app.get('/work', () => 'done'), {
      limits: { requestsPerAddress },
    });
    const { url } = edge;
    return (method) => fetch(`${url}/work`, { method, headers });
  };

  it('is counted by its preflights as well, each once', async () => {
    const ask = await start(4);
    const statuses = [];
    for (const method of ['OPTIONS', 'GET', 'OPTIONS', 'OPTIONS', 'OPTIONS', 'GET']) {
      statuses.push((await ask(method)).status);
    }
    expect(statuses).toEqual([204, 200, 204, 204, 429, 429]);
  });

  it('can read that it is refused', async () => {
    const ask = await start(1);
    await ask('GET');
    const refused = await ask('GET');
    expect(refused.headers.get('access-control-allow-origin')).toBe(headers.origin);
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('a client behind a proxy', () => {
  const ask = async (url: string, forwardedFor: string): Promise<number> =>
    (await fetch(`${url}/work`, { headers: { 'x-forwarded-for': forwardedFor } })).status;
  const addWork = (app: FastifyInstance): void => void app.get('/work', () => 'done');
  const limits = { requestsPerAddress: 1 };

  it('is counted by itself where the proxy is trusted, whatever it says of itself', async () => {
    edge = await startTestEdge(addWork, { limits, trustedProxies: ['127.0.0.0/8'] });
    const { url } = edge;
    expect(await ask(url, '192.0.2.1')).toBe(200);
    expect(await ask(url, '192.0.2.2')).toBe(200);
    expect(await ask(url, '192.0.2.99, 192.0.2.1')).toBe(429);
  });

  it('is counted as the one who asks where nobody is trusted, or somebody else', async () => {
    for (const trustedProxies of [[], ['192.0.2.0/24']]) {
      await edge?.close();
      edge = await startTestEdge(addWork, { limits, trustedProxies });
      const { url } = edge;
      expect([await ask(url, '192.0.2.1'), await ask(url, '192.0.2.2')]).toEqual([200, 429]);
    }
  });
});

describe('a process at its limits', () => {
  it('refuses new work with OVERLOADED; probes and what was let in before go on', async () => {
    edge = await startTestEdge(
      (app) => {
        app.get('/new', () => 'done');
        app.put('/part', { config: { admission: 'always' } }, () => 'done');
      },
      { limits: { maxEventLoopDelayMs: 60_000, maxHeapBytes: 1, maxRssBytes: 2 ** 40 } },
    );
    const { url } = edge;
    await expect.poll(async () => (await fetch(`${url}/new`)).status).toBe(503);
    const refusal = await fetch(`${url}/new`);
    expect(refusal.headers.get('retry-after')).toBe('5');
    expect(await refusal.json()).toMatchObject({ code: 'OVERLOADED', retryable: true });
    expect((await fetch(`${url}/part`, { method: 'PUT' })).status).toBe(200);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});

describe('a body that trickles', () => {
  const head =
    'POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"';

  it('is cut off after a window below the rate, whatever route it is for', async () => {
    edge = await startTestEdge((app) => void app.post('/json', () => 'done'), {
      minRateBytesPerSecond: 10_000,
      bodyGuard: { windowMs: 300, drainMs: 100 },
    });
    const socket = await open(edge.port, head);
    const drip = setInterval(() => socket.write('x'), 50);
    // A write that comes too late is an error of the socket, and no answer to wait for.
    await new Promise((resolve) => socket.resume().once('close', resolve));
    clearInterval(drip);
    expect(edge.lines.some((line) => line.includes('too slowly'))).toBe(true);
    expect((await fetch(`${edge.url}/livez`)).status).toBe(200);
  });

  it('is told so with 408 and when to come again, but not where an answer would keep its client from going on', async () => {
    edge = await startTestEdge(
      (app) => {
        app.post('/json', () => 'done');
        app.post('/resumable', { config: { slowBody: 'cut' } }, () => 'done');
      },
      { minRateBytesPerSecond: 10_000, bodyGuard: { windowMs: 300, drainMs: 100 } },
    );
    const answered = await text(await open(edge.port, head));
    expect(answered).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answered).toContain('content-type: application/problem+json');
    expect(answered).toMatch(/retry-after: \d/);
    expect(JSON.parse(answered.slice(answered.indexOf('\r\n\r\n')))).toMatchObject({
      status: 408,
      code: 'RATE_LIMITED',
      retryable: true,
    });
    const cut = await open(edge.port, head.replace('/json', '/resumable'));
    expect(await text(cut).catch(() => '')).toBe('');
  });

  it('is forgotten when it was refused early and its sender has left', async () => {
    edge = await startTestEdge((app) => void app.post('/json', () => 'done'), {
      minRateBytesPerSecond: 10_000,
      bodyGuard: { windowMs: 200, drainMs: 60_000 },
    });
    const refused = await open(edge.port, head.replace('100000', '10000000'));
    await once(refused, 'data');
    refused.destroy();
    for (let count = 0; count < 2; count += 1) {
      const slow = await open(edge.port, head);
      await once(slow.resume(), 'close');
    }
    expect(edge.lines.filter((line) => line.includes('too slowly'))).toHaveLength(2);
  });

  it('may take as long as it needs at the rate', async () => {
    edge = await startTestEdge((app) => void app.post('/json', () => 'done'), {
      minRateBytesPerSecond: 10_000,
      bodyGuard: { windowMs: 200, drainMs: 100 },
    });
    const socket = await open(edge.port, head);
    const answer = text(socket);
    for (let sent = 1; sent < 99_999; sent += 14_285) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      socket.write('x'.repeat(Math.min(14_285, 99_999 - sent)));
    }
    socket.end('"');
    expect(await answer).toContain('HTTP/1.1 200');
  });
});

describe('a server that ends', () => {
  it('finishes what is under way and takes nothing new', async () => {
    let finish = (): void => undefined;
    const work = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const started = await startTestEdge((app) => void app.get('/slow', () => work.then(() => 'done')));
    const answer = fetch(`${started.url}/slow`);
    await expect.poll(async () => started.metrics.httpInFlight.get().then((m) => m.values[0]?.value)).toBe(1);
    const closed = closeHttpServer(started.app, 10_000);
    await expect
      .poll(() =>
        fetch(`${started.url}/livez`).then(
          () => 'open',
          () => 'closed',
        ),
      )
      .toBe('closed');
    finish();
    expect(await (await answer).text()).toBe('done');
    await closed;
  });

  it('cuts off at the deadline what never ends', async () => {
    const started = await startTestEdge((app) => void app.get('/never', () => new Promise(() => undefined)));
    const answer = fetch(`${started.url}/never`).then(
      () => 'answered',
      () => 'cut off',
    );
    await expect.poll(async () => started.metrics.httpInFlight.get().then((m) => m.values[0]?.value)).toBe(1);
    const before = performance.now();
    await closeHttpServer(started.app, 200);
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(await answer).toBe('cut off');
  });
});

describe('the probes', () => {
  const check = (dependency: string, critical: boolean, run: HealthCheck['check']): HealthCheck => ({
    dependency,
    critical,
    check: run,
  });

  it('show each dependency, answer in time for a silent one, and name nothing internal', async () => {
    const health = createHealth({
      checks: [
        check('scanner', false, () => Promise.resolve('ClamAV 1.4 with definitions 27400')),
        check('postgres', true, () => Promise.reject(new Error('connect ECONNREFUSED db-host:5432'))),
        check('redis', true, () => new Promise(() => undefined)),
      ],
      deadlineMs: 100,
    });
    edge = await startTestEdge(() => undefined, { health });
    const ready = await fetch(`${edge.url}/readyz`);
    const body = await ready.text();
    expect(ready.status).toBe(503);
    expect(body).not.toContain('db-host');
    expect(JSON.parse(body)).toMatchObject({
      status: 'unavailable',
      dependencies: {
        scanner: { status: 'up', detail: 'ClamAV 1.4 with definitions 27400' },
        postgres: { status: 'down', detail: 'does not work' },
        redis: { status: 'down', detail: 'no answer in time' },
      },
    });
    expect((await fetch(`${edge.url}/startupz`)).status).toBe(503);
    expect((await fetch(`${edge.url}/livez`)).status).toBe(200);
  });

  it('stay ready without what is not critical, and not once the process drains', async () => {
    const health = createHealth({
      checks: [check('scanner', false, () => Promise.reject(new Error('down')))],
      cacheMs: 0,
    });
    edge = await startTestEdge(() => undefined, { health });
    const ready = await fetch(`${edge.url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'degraded' }]);
    health.drain();
    expect((await fetch(`${edge.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${edge.url}/startupz`)).status).toBe(200);
  });

  it('are on the port of the metrics as well', async () => {
    edge = await startTestEdge(() => undefined);
    const { metrics, logger } = edge;
    const health = createHealth({ checks: [] });
    const server = await startMetricsServer({ metrics, health, logger, host: '127.0.0.1', port: 0 });
    const url = `http://127.0.0.1:${String(server.port)}`;
    const exposition = await (await fetch(`${url}/metrics`)).text();
    expect(exposition).toContain('lazaret_http_requests_in_flight');
    expect(exposition).toContain('nodejs_eventloop_lag_seconds');
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ok' });
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    await server.close();
  });
});
