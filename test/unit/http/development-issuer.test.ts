import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEVELOPMENT_TENANTS } from '../../../src/domain/development-tenants.js';
import { createAuthenticator } from '../../../src/http/auth/authenticate.js';
import { loadSigningKeys } from '../../../src/http/auth/signing-keys-file.js';
import {
  registerDevelopmentIssuer,
  type DevelopmentIssuerDeps,
} from '../../../src/http/development-issuer.js';
import { createHttpServer } from '../../../src/http/server.js';
import { createHealth } from '../../../src/observability/health.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import { rememberingLogger } from '../../support/test-edge.js';

const CLIENTS = {
  'acme-admin': ['acme', 'admin'],
  'acme-uploader': ['acme', 'uploader'],
  'acme-viewer': ['acme', 'viewer'],
  'acme-analyst': ['acme', 'analyst'],
  'acme-analyst-2': ['acme', 'analyst'],
  'globex-admin': ['globex', 'admin'],
  'globex-uploader': ['globex', 'uploader'],
  'globex-viewer': ['globex', 'viewer'],
  'globex-analyst': ['globex', 'analyst'],
  'globex-analyst-2': ['globex', 'analyst'],
} as const;

const noise = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'info'), vi.spyOn(console, 'error')];
const { logger } = rememberingLogger();
const metrics = createMetrics();
let directory: string;
let origin: string;
let deps: DevelopmentIssuerDeps;
let app: Awaited<ReturnType<typeof createHttpServer>>;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-issuer-'));
  app = await createHttpServer({
    logger,
    metrics,
    health: createHealth({ checks: [] }),
    publicUrl: 'http://127.0.0.1',
    allowedOrigins: [],
    minRateBytesPerSecond: 0,
  });
  const port = await freePort();
  origin = `http://127.0.0.1:${String(port)}`;
  deps = {
    profile: 'development',
    issuer: `${origin}/oauth`,
    audience: 'lazaret',
    keysFile: path.join(directory, 'keys', 'issuer.json'),
    allowedOrigins: ['https://app.example'],
    logger,
  };
  await registerDevelopmentIssuer(app, deps);
  await app.listen({ port, host: '127.0.0.1' });
});
afterAll(async () => {
  await app.close();
  await rm(directory, { recursive: true });
});

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}

const ask = (form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${origin}/oauth/token`, { method: 'POST', body: new URLSearchParams(form), headers });

const tokenOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { access_token: string }).access_token;

const asBody = (id: string, secret = id): Promise<Response> =>
  ask({ grant_type: 'client_credentials', client_id: id, client_secret: secret });

describe('the development issuer', () => {
  it.each(Object.entries(CLIENTS))('gives %s a token of its tenant and role', async (id, [tenant, role]) => {
    const answer = await asBody(id);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const token = await tokenOf(answer.clone());
    expect(await answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    const claims = decodeJwt(token);
    const { id: tenantId } = DEVELOPMENT_TENANTS[tenant];
    expect(claims).toMatchObject({
      iss: `${origin}/oauth`,
      aud: 'lazaret',
      sub: id,
      tenant: tenantId,
      roles: [role],
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(900);
  });

  it('takes the secret in the header or in the body, and its tokens are accepted', async () => {
    const basic = { authorization: `Basic ${Buffer.from('acme-admin:acme-admin').toString('base64')}` };
    const tokens = [
      await tokenOf(await ask({ grant_type: 'client_credentials' }, basic)),
      await tokenOf(await asBody('acme-admin')),
    ];
    const authenticate = createAuthenticator({
      issuer: deps.issuer,
      audience: deps.audience,
      roles: { permissionsOf: () => Promise.resolve(new Set(['file:read' as const])) },
      clock: { now: () => new Date(), sleep: () => Promise.resolve() },
      logger,
      metrics,
    });
    for (const token of tokens) {
      const outcome = await authenticate(`Bearer ${token}`, { correlationId: 'test' });
      expect(outcome).toMatchObject({ ok: true, value: { actor: { subject: 'acme-admin' } } });
    }
  });

  it('refuses wrong secrets, unknown clients and every other grant', async () => {
    expect((await asBody('acme-admin', 'wrong')).status).toBe(401);
    expect((await asBody('nobody')).status).toBe(401);
    const credentials = { client_id: 'acme-admin', client_secret: 'acme-admin' };
    for (const grant_type of ['password', 'authorization_code', 'refresh_token', 'implicit', '']) {
      expect((await ask({ ...credentials, grant_type })).status).toBe(400);
    }
    expect(
      (await ask({ ...credentials, grant_type: 'client_credentials', resource: 'urn:other:api' })).status,
    ).toBe(200);
  });

  it('publishes its address and the public half of its keys', async () => {
    const metadata = await (await fetch(`${origin}/oauth/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({ issuer: `${origin}/oauth`, token_endpoint: `${origin}/oauth/token` });
    const { keys } = (await (await fetch(`${origin}/oauth/jwks`)).json()) as {
      keys: Record<string, unknown>[];
    };
    expect(keys).toMatchObject([{ kty: 'EC', alg: 'ES256', use: 'sig' }]);
    expect(keys[0]).not.toHaveProperty('d');
  });

  it('answers pages of its own and of allowed origins alone', async () => {
    const from = async (page: string): Promise<number> => {
      const form = { grant_type: 'client_credentials', client_id: 'acme-admin', client_secret: 'acme-admin' };
      return (await ask(form, { origin: page })).status;
    };
    expect([
      await from(origin),
      await from(origin.replace('127.0.0.1', 'localhost')),
      await from('https://app.example'),
      await from('http://localhost:1'),
      await from('https://evil.example'),
    ]).toEqual([200, 200, 200, 403, 403]);
  });

  it('cannot be started in production', async () => {
    const production = { ...deps, profile: 'production' } as unknown as DevelopmentIssuerDeps;
    await expect(registerDevelopmentIssuer(app, production)).rejects.toThrow('development only');
  });

  it('writes no warning of its own', () => {
    for (const spy of noise) expect(spy).not.toHaveBeenCalled();
  });
});

describe('the keys of the development issuer', () => {
  it('are made once, also by processes that start together, and readable by their owner alone', async () => {
    const file = path.join(directory, 'together', 'issuer.json');
    const loaded = await Promise.all(Array.from({ length: 8 }, () => loadSigningKeys(file)));
    expect(new Set(loaded.map((keys) => JSON.stringify(keys))).size).toBe(1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    const content = await readFile(file, 'utf8');
    await loadSigningKeys(file);
    expect(await readFile(file, 'utf8')).toBe(content);
  });

  it('are not replaced when the file is broken', async () => {
    const file = path.join(directory, 'broken.json');
    await writeFile(file, '{"keys":[');
    await expect(loadSigningKeys(file)).rejects.toThrow(file);
    expect(await readFile(file, 'utf8')).toBe('{"keys":[');
  });
});
