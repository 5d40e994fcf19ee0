import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIssuerKeys, type IssuerKeysOptions } from '../../../src/http/auth/issuer-keys.js';
import { verifyAccessToken } from '../../../src/http/auth/verify-access-token.js';
import { createBreakers } from '../../../src/observability/breakers.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import { rememberingLogger } from '../../support/test-edge.js';
import {
  makeKey,
  signToken,
  startTestIssuer,
  type TestIssuer,
  type TestKey,
} from '../../support/test-issuer.js';

const clock = { now: () => new Date(), sleep: () => Promise.resolve() };

let issuer: TestIssuer;
let first: TestKey;
let second: TestKey;

beforeEach(async () => {
  [first, second] = await Promise.all([makeKey('first'), makeKey('second')]);
  issuer = await startTestIssuer(first);
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await issuer.close();
});

/** What they are told with, where nobody looks. */
const told = () => ({ metrics: createMetrics(), logger: rememberingLogger().logger });

function verifier(options: Partial<IssuerKeysOptions> = {}): (key: TestKey, kid?: string) => Promise<string> {
  const keys = createIssuerKeys({ issuer: issuer.issuer, ...told(), ...options });
  const verify = verifyAccessToken({ issuer: issuer.issuer, audience: 'lazaret', keys, clock });
  return async (key, kid = key.kid) => {
    const outcome = await verify(`Bearer ${await signToken(issuer.issuer, key, { header: { kid } })}`);
    return outcome.ok ? 'accepted' : outcome.fault.code;
  };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the keys of the issuer', () => {
  it('are fetched once for any number of tokens', async () => {
    const verify = verifier();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => verify(first)));
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  it('are picked up when new, and refused once retired', async () => {
    const verify = verifier({ cooldownMs: 0, refreshMs: 50 });
    expect(await verify(first)).toBe('accepted');
    issuer.publish(first, second);
    expect(await verify(second)).toBe('accepted');
    issuer.publish(second);
    await expect.poll(() => verify(first)).toBe('UNAUTHENTICATED');
    expect(await verify(second)).toBe('accepted');
  });

  it('cause one fetch in a cool-down, however many unknown ones are named', async () => {
    const verify = verifier({ cooldownMs: 60_000 });
    expect(await verify(first)).toBe('accepted');
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, (_, index) => verify(second, `unknown-${String(index)}`)),
    );
    expect(new Set(outcomes)).toEqual(new Set(['UNAUTHENTICATED']));
    expect(issuer.requests).toHaveLength(2);
  });

  it('serve on while the issuer is down, and unknown ones cost it no flood of requests', async () => {
    const verify = verifier({ cooldownMs: 0, refreshMs: 1, failureCooldownMs: 60_000 });
    expect(await verify(first)).toBe('accepted');
    issuer.fail(true);
    await wait(20);
    for (let index = 0; index < 50; index += 1) {
      expect(await verify(first)).toBe('accepted');
      expect(await verify(second, `unknown-${String(index)}`)).toBe('UNAUTHENTICATED');
    }
    expect(issuer.requests.length).toBeLessThanOrEqual(4);
  });

  it.each([
    ['a page', '<html>We are back soon.</html>'],
    ['no keys', '{}'],
  ])('cause no flood of requests while the issuer answers with %s', async (_what, text) => {
    const known = verifier({ cooldownMs: 0, refreshMs: 1, failureCooldownMs: 60_000 });
    expect(await known(first)).toBe('accepted');
    issuer.say(text);
    const unknown = verifier({ failureCooldownMs: 60_000 });
    for (let index = 0; index < 20; index += 1) {
      expect(await unknown(first)).toBe('DEPENDENCY_UNAVAILABLE');
      expect(await known(first)).toBe('accepted');
      expect(await known(second, `unknown-${String(index)}`)).toBe('UNAUTHENTICATED');
    }
    expect(issuer.requests.length).toBeLessThanOrEqual(4);
  });

  it('are asked for again once the issuer is back', async () => {
    const verify = verifier({ failureCooldownMs: 50 });
    issuer.fail(true);
    expect(await verify(first)).toBe('DEPENDENCY_UNAVAILABLE');
    issuer.fail(false);
    await expect.poll(() => verify(first)).toBe('accepted');
  });

  it('have a breaker before them, which operators see', async () => {
    const { breakerState } = createMetrics();
    const breakers = createBreakers(breakerState);
    const verify = verifier({ breakers, failureCooldownMs: 50 });
    issuer.fail(true);
    expect(await verify(first)).toBe('DEPENDENCY_UNAVAILABLE');
    expect(breakers.stateOf('issuer')).toBe('open');
    expect((await breakerState.get()).values).toMatchObject([{ labels: { dependency: 'issuer' }, value: 2 }]);
    issuer.fail(false);
    await expect.poll(() => verify(first)).toBe('accepted');
    expect(breakers.stateOf('issuer')).toBe('closed');
  });

  it('leave a line with its cause when they cannot be had, once for each cause, and one when they can again', async () => {
    const { logger, lines } = rememberingLogger();
    const verify = verifier({ failureCooldownMs: 0, logger });
    issuer.fail(true);
    for (let count = 0; count < 3; count += 1) expect(await verify(first)).toBe('DEPENDENCY_UNAVAILABLE');
    expect(lines.length).toBe(1);
    expect(lines[0]).toContain('"level":"warn"');
    expect(lines[0]).toContain('HTTP 500');
    issuer.fail(false);
    await expect.poll(() => verify(first)).toBe('accepted');
    expect(lines.slice(1).map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(['info']);
  });

  it('of metadata that names another issuer are not believed', async () => {
    const keys = createIssuerKeys({ issuer: `${issuer.issuer}/`, ...told() });
    const verify = verifyAccessToken({ issuer: `${issuer.issuer}/`, audience: 'lazaret', keys, clock });
    const outcome = await verify(`Bearer ${await signToken(`${issuer.issuer}/`, first)}`);
    expect(outcome).toMatchObject({ fault: { code: 'DEPENDENCY_UNAVAILABLE' } });
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration']);
  });

  it.each([
    ['that is reached over TLS', 'https://id.example', 'http://id.example/jwks'],
    ['from beyond its own host', 'http://localhost:8080', 'http://id.example/jwks'],
  ])('are never fetched in the clear for an issuer %s', async (_which, named, jwks_uri) => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (url: string) => {
      asked.push(url);
      return Promise.resolve(Response.json({ issuer: named, jwks_uri }));
    });
    const keys = createIssuerKeys({ issuer: named, ...told() });
    const verify = verifyAccessToken({ issuer: named, audience: 'lazaret', keys, clock });
    const outcome = await verify(`Bearer ${await signToken(named, first)}`);
    expect(outcome).toMatchObject({ fault: { code: 'DEPENDENCY_UNAVAILABLE' } });
    expect(asked).toEqual([`${named}/.well-known/openid-configuration`]);
  });
});
