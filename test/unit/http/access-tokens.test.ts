import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportSPKI, importJWK, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TransientError } from '../../../src/domain/errors.js';
import type { Authenticate } from '../../../src/graphql/context.js';
import { createAuthenticator } from '../../../src/http/auth/authenticate.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import type { RoleStore } from '../../../src/ports/role-store.js';
import { rememberingLogger } from '../../support/test-edge.js';
import {
  honestClaims,
  makeKey,
  signToken,
  startTestIssuer,
  TEST_TENANT,
  type TestIssuer,
  type TestKey,
  type TokenChanges,
} from '../../support/test-issuer.js';

const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
const now = Math.floor(Date.now() / 1000);
const correlation = { correlationId: 'test' };
const roles: RoleStore = { permissionsOf: () => Promise.resolve(new Set(['file:read' as const])) };

let issuer: TestIssuer;
let es: TestKey;
let rs: TestKey;
let authenticate: Authenticate;

const authenticator = (store: RoleStore = roles, requests = 1_000_000): Authenticate =>
  createAuthenticator({
    issuer: issuer.issuer,
    audience: 'lazaret',
    roles: store,
    clock,
    metrics: createMetrics(),
    logger: rememberingLogger().logger,
    limit: { requests },
  });

beforeAll(async () => {
  [es, rs] = await Promise.all([makeKey('es-1'), makeKey('rs-1', 'RS256')]);
  issuer = await startTestIssuer(es, rs);
  authenticate = authenticator();
});
afterAll(() => issuer.close());

const ask = async (changes: TokenChanges, key = es): Promise<string> => {
  const outcome = await authenticate(`Bearer ${await signToken(issuer.issuer, key, changes)}`, correlation);
  return outcome.ok ? 'accepted' : outcome.fault.code;
};

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an access token', () => {
  it('makes the actor that it names, with the permissions of its roles', async () => {
    const outcome = await authenticate(`Bearer ${await signToken(issuer.issuer, es)}`, correlation);
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        actor: { tenantId: TEST_TENANT, subject: 'user-1', roles: ['uploader'], correlationId: 'test' },
      },
    });
    expect(outcome.ok && [...outcome.value.actor.permissions]).toEqual(['file:read']);
  });

  it('may be signed with RS256, have the long media type and several audiences', async () => {
    expect(await ask({}, rs)).toBe('accepted');
    expect(await ask({ header: { typ: 'application/at+jwt' } })).toBe('accepted');
    expect(await ask({ claims: { aud: ['other', 'lazaret'] } })).toBe('accepted');
  });

  const refused: Record<string, TokenChanges> = {
    expired: { claims: { exp: now - 60 } },
    'not yet valid': { claims: { nbf: now + 600 } },
    'issued in the future': { claims: { iat: now + 600, exp: now + 1_200 } },
    'issued more than a day ago': { claims: { iat: now - 90_000 } },
    'of another issuer': { claims: { iss: 'https://elsewhere.example' } },
    'for another audience': { claims: { aud: 'somebody-else' } },
    'of type JWT, like an ID token': { header: { typ: 'JWT' } },
    'without a type': { header: { typ: undefined } },
    'without an issuer': { claims: { iss: undefined } },
    'without an audience': { claims: { aud: undefined } },
    'without an end': { claims: { exp: undefined } },
    'without a time of issue': { claims: { iat: undefined } },
    'without a subject': { claims: { sub: undefined } },
    'with an empty subject': { claims: { sub: '' } },
    'with a subject that breaks lines': { claims: { sub: 'a\nb' } },
    'with a subject that is the service itself': { claims: { sub: 'system:sweeper' } },
    'without a tenant': { claims: { tenant: undefined } },
    'with a tenant that is no UUID': { claims: { tenant: "x' or 1=1" } },
    'with a tenant in a list': { claims: { tenant: [TEST_TENANT] } },
    'without roles': { claims: { roles: undefined } },
    'with roles that are no list': { claims: { roles: 'admin' } },
    'with roles that are no text': { claims: { roles: [{ admin: true }] } },
    'with a thousand roles': { claims: { roles: Array.from({ length: 1_000 }, (_, i) => `r${String(i)}`) } },
    'with a role that no database can read': { claims: { roles: ['admin\0'] } },
    'with a role of half a character': { claims: { roles: ['\uD800'] } },
    'with an unknown key id': { header: { kid: 'nobody' } },
    'that demands an extension': { header: { crit: ['b64'], b64: true } },
    'longer than any honest one': { claims: { padding: 'x'.repeat(10_000) } },
  };
  it.each(Object.entries(refused))('is refused when %s', async (_what, changes) => {
    expect(await ask(changes)).toBe('UNAUTHENTICATED');
  });

  it('ends a day after it was issued, whatever end it names', async () => {
    const claims = { iat: now - 80_000, exp: now + 1e300 };
    const outcome = await authenticate(
      `Bearer ${await signToken(issuer.issuer, es, { claims })}`,
      correlation,
    );
    expect(outcome.ok && outcome.value.expiresAt).toEqual(new Date((now + 6_400) * 1000));
  });

  it('is refused without a signature, with an empty one and with that of another', async () => {
    const claims = encode(honestClaims(issuer.issuer));
    const [, , signature = ''] = (await signToken(issuer.issuer, es)).split('.');
    const none = ['none', 'None', 'NONE'].map(
      (alg) => `${encode({ alg, typ: 'at+jwt', kid: es.kid })}.${claims}.`,
    );
    const es256 = encode({ alg: 'ES256', typ: 'at+jwt', kid: es.kid });
    for (const token of [
      ...none,
      `${none[0] ?? ''}AA`,
      `${es256}.${claims}.`,
      `${es256}.${claims}.${signature}`,
    ]) {
      expect(await authenticate(`Bearer ${token}`, correlation)).toMatchObject({
        fault: { code: 'UNAUTHENTICATED' },
      });
    }
  });

  it('is refused when it is signed by HMAC with the public key as the secret', async () => {
    const publicKey = await importJWK(rs.publicJwk, 'RS256', { extractable: true });
    for (const secret of [
      await exportSPKI(publicKey as CryptoKey),
      JSON.stringify(rs.publicJwk),
      rs.publicJwk.n ?? '',
    ]) {
      const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: rs.kid })}.${encode(honestClaims(issuer.issuer))}`;
      const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
      expect(await authenticate(`Bearer ${token}`, correlation)).toMatchObject({
        fault: { code: 'UNAUTHENTICATED' },
      });
    }
  });

  it('is refused when it brings its own key, and what it names is never fetched', async () => {
    const requests: string[] = [];
    const trap = createServer((request, response) => {
      requests.push(request.url ?? '');
      response.end(JSON.stringify({ keys: [stranger.publicJwk] }));
    }).listen(0, '127.0.0.1');
    await once(trap, 'listening');
    const stranger = await makeKey('es-1');
    const url = `http://127.0.0.1:${String((trap.address() as AddressInfo).port)}/jwks`;
    for (const header of [{ jku: url }, { jwk: stranger.publicJwk }, { x5u: url }, { x5c: ['AA=='] }]) {
      expect(await ask({ header }, stranger)).toBe('UNAUTHENTICATED');
      expect(await ask({ header }, es)).toBe('UNAUTHENTICATED');
    }
    expect(await ask({ claims: { iss: url } }, stranger)).toBe('UNAUTHENTICATED');
    expect(requests).toEqual([]);
    trap.close();
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Bearer x', 'Bearer a.b.c', 'Basic YTpi', 'Bearer a.b.c.d.e'])(
    'is asked for when the header is %j',
    async (authorization) => {
      const outcome = await authenticate(authorization, correlation);
      expect(outcome).toMatchObject({ ok: false, fault: { code: 'UNAUTHENTICATED' } });
    },
  );
});

describe('an authenticated user', () => {
  it('loses what its roles no longer allow within five seconds, and everything with its tenant', async () => {
    let permissions: ReadonlySet<'file:read'> | undefined = new Set(['file:read' as const]);
    const outcome = await authenticator({ permissionsOf: () => Promise.resolve(permissions) })(
      `Bearer ${await signToken(issuer.issuer, es)}`,
      correlation,
    );
    if (!outcome.ok) throw new Error('an honest token was refused');
    permissions = new Set();
    await expect
      .poll(async () => outcome.value.refresh(), { timeout: 5_000 })
      .toMatchObject({ ok: true, value: { permissions: new Set() } });
    permissions = undefined;
    await expect
      .poll(async () => outcome.value.refresh(), { timeout: 5_000 })
      .toMatchObject({ ok: false, fault: { code: 'UNAUTHENTICATED' } });
  });

  it('is told that a dependency is down when its roles cannot be read', async () => {
    const down: RoleStore = {
      permissionsOf: () => Promise.reject(new TransientError('postgres', 'host db-1')),
    };
    const outcome = await authenticator(down)(`Bearer ${await signToken(issuer.issuer, es)}`, correlation);
    expect(outcome).toMatchObject({ fault: { code: 'DEPENDENCY_UNAVAILABLE' } });
    expect(JSON.stringify(outcome)).not.toContain('db-1');
  });

  it('is limited by itself and not by others', async () => {
    const limited = authenticator(roles, 3);
    const token = async (sub: string): Promise<string> =>
      `Bearer ${await signToken(issuer.issuer, es, { claims: { sub } })}`;
    const [one, two] = await Promise.all([token('one'), token('two')]);
    for (let request = 0; request < 3; request += 1) expect((await limited(one, correlation)).ok).toBe(true);
    const refusal = await limited(one, correlation);
    expect(refusal).toMatchObject({ fault: { code: 'RATE_LIMITED' } });
    expect(!refusal.ok && refusal.fault.retryAfterMs).toBeGreaterThan(0);
    expect((await limited(two, correlation)).ok).toBe(true);
  });
});
