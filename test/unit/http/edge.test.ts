import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS, fault, FaultError, PermanentError, TransientError } from '../../../src/domain/errors.js';
import { startTestEdge, type TestEdge } from '../../support/test-edge.js';

let edge: TestEdge;

const SECRETS = ['postgres://', 'db-host', '/var/lib', 'SELECT', 'at Object'];
const leak =
  'postgres://owner:pw@db-host/x: SELECT * FROM files failed in /var/lib/x\n    at Object.<anonymous>';

beforeAll(async () => {
  edge = await startTestEdge((app) => {
    app.post('/json', (request) => request.body);
    app.get('/unexpected', () => {
      throw new Error(leak);
    });
    app.get('/transient', () => {
      throw new TransientError('postgres', leak);
    });
    app.get('/permanent', () => {
      throw new PermanentError('object-store', leak);
    });
    app.get('/limited', () => {
      throw new FaultError(fault('RATE_LIMITED', { retryAfterMs: 2_500 }).fault);
    });
    app.get('/anonymous', () => {
      throw new FaultError(fault('UNAUTHENTICATED').fault);
    });
    app.get('/field', () => {
      throw new FaultError(fault('INVALID_NAME', { message: 'No.', field: 'name' }).fault);
    });
  });
});
afterAll(() => edge.close());

/** Writes bytes as they are, and reads what comes back until the connection ends. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(edge.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end(bytes);
  return text(socket);
}

const json = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
});

const failures: readonly (readonly [string, RequestInit | undefined, number, keyof typeof ERRORS])[] = [
  ['/nothing', undefined, 404, 'NOT_FOUND'],
  ['/json', undefined, 405, 'BAD_USER_INPUT'],
  ['/livez', { method: 'DELETE' }, 405, 'BAD_USER_INPUT'],
  ['/json', { method: 'POST', headers: { 'content-type': 'text/x-y' }, body: 'x' }, 415, 'BAD_USER_INPUT'],
  ['/json', json('{"a":'), 400, 'BAD_USER_INPUT'],
  ['/json', json(''), 400, 'BAD_USER_INPUT'],
  ['/json', json('{"__proto__":{"a":1}}'), 400, 'BAD_USER_INPUT'],
  ['/json', json(JSON.stringify('x'.repeat(2 ** 20))), 413, 'TOO_LARGE'],
  ['/%zz', undefined, 400, 'BAD_USER_INPUT'],
  ['/unexpected', undefined, 500, 'INTERNAL'],
  ['/permanent', undefined, 500, 'INTERNAL'],
  ['/transient', undefined, 503, 'DEPENDENCY_UNAVAILABLE'],
  ['/limited', undefined, 429, 'RATE_LIMITED'],
  ['/anonymous', undefined, 401, 'UNAUTHENTICATED'],
  ['/field', undefined, 400, 'INVALID_NAME'],
];

describe('every failure', () => {
  it.each(failures)('of %s (%j) is a problem of status %d and code %s', async (path, init, status, code) => {
    const answer = await fetch(edge.url + path, init);
    const body = (await answer.json()) as Record<string, unknown>;
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({
      status,
      code,
      category: ERRORS[code].category,
      retryable: ERRORS[code].retryable,
    });
    expect(body['type']).toMatch(/^urn:lazaret:problem:/);
    expect(body['title']).toBeTypeOf('string');
    expect(body['detail']).toBeTypeOf('string');
    expect(body['correlationId']).toBe(answer.headers.get('x-request-id'));
    for (const secret of SECRETS) expect(JSON.stringify(body)).not.toContain(secret);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('says when to try again, in the header and in the body', async () => {
    const answer = await fetch(`${edge.url}/limited`);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(await answer.json()).toMatchObject({ retryAfterMs: 2_500 });
    expect((await fetch(`${edge.url}/transient`)).headers.get('retry-after')).toBe('2');
  });

  it('names methods, fields and the scheme of authentication where they are the matter', async () => {
    expect((await fetch(`${edge.url}/json`)).headers.get('allow')).toBe('POST');
    expect((await fetch(`${edge.url}/anonymous`)).headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await (await fetch(`${edge.url}/field`)).json()).toMatchObject({ field: 'name', detail: 'No.' });
  });

  it.each([
    'GARBAGE\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
  ])('of bytes that are no request is a problem as well', async (bytes) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).toContain('application/problem+json');
    expect(answer.toLowerCase()).toContain('x-content-type-options: nosniff');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('is logged with its cause under the id that the client was told, without credentials', async () => {
    const id = 'a-failure-to-find';
    await fetch(`${edge.url}/unexpected`, { headers: { 'x-request-id': id } });
    const line = edge.lines.find((text) => text.includes(id) && text.includes('a request failed')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ level: 'error', correlationId: id, err: { type: 'Error' } });
    expect(line).toContain('SELECT');
    expect(line).not.toContain('owner:pw');
  });
});

describe('the correlation id', () => {
  it('is the one of the client where it is safe', async () => {
    const answer = await fetch(`${edge.url}/livez`, { headers: { 'x-request-id': 'order-17.retry_2' } });
    expect(answer.headers.get('x-request-id')).toBe('order-17.retry_2');
  });

  it.each(['x'.repeat(65), 'a b', '<script>', '${jndi:x}', '../../etc', '-rf', 'ü'])(
    'is ours where the one of the client is %j',
    async (given) => {
      const answer = await raw(
        `GET /livez HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${given}\r\nConnection: close\r\n\r\n`,
      );
      expect(/x-request-id: (.*)\r\n/i.exec(answer)?.[1]).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('a page of another origin', () => {
  const preflight = (origin: string): Promise<Response> =>
    fetch(`${edge.url}/json`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });

  it('may call when it is on the list', async () => {
    const answer = await preflight('https://app.example');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('access-control-max-age')).toBe('600');
  });

  it.each(['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null'])(
    'is told nothing when it is %s',
    async (origin) => {
      for (const answer of [
        await preflight(origin),
        await fetch(`${edge.url}/livez`, { headers: { origin } }),
      ]) {
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );

  it('reads failures too when it is on the list', async () => {
    const answer = await fetch(`${edge.url}/nothing`, { headers: { origin: 'https://app.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });
});

describe('every answer', () => {
  const answers: readonly (readonly [string, RequestInit | undefined])[] = [
    ['/livez', undefined],
    ['/readyz', undefined],
    ['/startupz', undefined],
    ['/json', json('{"a":1}')],
    [
      '/json',
      {
        method: 'OPTIONS',
        headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
      },
    ],
  ];

  it.each(answers)('of %s %j forbids to guess types, to frame and to run anything', async (path, init) => {
    const answer = await fetch(edge.url + path, init);
    expect(answer.ok).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      'x-request-id': expect.any(String) as string,
    });
    expect(answer.headers.get('strict-transport-security')).toBeNull();
  });

  it('asks for https to be kept where clients reach us under it', async () => {
    const secure = await startTestEdge(() => undefined, { publicUrl: 'https://files.example' });
    const answer = await fetch(`${secure.url}/livez`);
    expect(answer.headers.get('strict-transport-security')).toContain('max-age=31536000');
    await secure.close();
  });
});

describe('metrics of requests', () => {
  it('have the pattern of the route and never a path', async () => {
    await fetch(`${edge.url}/some/secret-token-path`);
    await fetch(`${edge.url}/field`);
    const { value } = { value: await edge.metrics.registry.metrics() };
    expect(value).toMatch(
      /lazaret_http_request_duration_seconds_count\{method="GET",route="\/field",status="400"\} \d/,
    );
    expect(value).toContain('route="unmatched"');
    expect(value).not.toContain('secret-token-path');
  });
});
