import { expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actor.js';
import { DEVELOPMENT_TENANTS } from '../../../src/domain/development-tenants.js';
import { fault, type Outcome } from '../../../src/domain/errors.js';
import type { Permission } from '../../../src/domain/permissions.js';
import { ok } from '../../../src/domain/result.js';
import type { Authenticated } from '../../../src/graphql/context.js';
import type { Engine } from '../../../src/graphql/engine.js';
import { createConnectionCaps } from '../../../src/http/graphql/connection-caps.js';
import { createWsIdentity } from '../../../src/http/graphql/ws-identity.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import { rememberingLogger } from '../../support/test-edge.js';
import { createSession } from '../../../src/graphql/session.js';

const actorWith = (...permissions: readonly Permission[]): Actor => ({
  tenantId: DEVELOPMENT_TENANTS.acme.id,
  subject: 'somebody',
  roles: [],
  permissions: new Set(permissions),
  correlationId: 'test',
});

const tokenOf = (actor: Actor, refresh: () => Promise<Outcome<Actor>>): Authenticated => ({
  actor,
  expiresAt: new Date(60_000),
  refresh,
  admit: () => ok(undefined),
});

it.each([
  ['refused', fault('UNAUTHENTICATED')],
  ['allowed more', ok(actorWith('file:read', 'file:upload'))],
] as const)('a newer token counts also when the older one is %s meanwhile', async (_what, answer) => {
  let atMs = 0;
  const clock = { now: () => new Date(atMs), sleep: () => Promise.resolve() };
  const asked = Promise.withResolvers<Outcome<Actor>>();
  const newer = actorWith('file:read');
  const session = createSession(
    tokenOf(actorWith('file:read', 'file:upload'), () => asked.promise),
    clock,
  );
  atMs = 2_000;
  const current = session.current();
  expect(session.renew(tokenOf(newer, () => Promise.resolve(ok(newer))))).toBe(true);
  asked.resolve(answer);
  expect(await current).toEqual(ok(newer));
  expect(session.actor).toBe(newer);
});

it('the token counts that was sent last, also when an older one takes longer to verify', async () => {
  const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
  const actor = actorWith('file:read');
  const token = (seconds: number): Authenticated => ({
    ...tokenOf(actor, () => Promise.resolve(ok(actor))),
    expiresAt: new Date(Date.now() + seconds * 1_000),
  });
  const slow = Promise.withResolvers<undefined>();
  const authenticate = async (authorization: string | undefined) => {
    if (authorization === 'older') await slow.promise;
    return ok(token(authorization === 'newer' ? 600 : 60));
  };
  const { logger } = rememberingLogger();
  const engine = {} as Engine;
  const deps = {
    engine,
    authenticate,
    clock,
    logger,
    caps: createConnectionCaps(),
    metrics: createMetrics(),
  };
  const identity = createWsIdentity(deps, { correlationId: 'test' }, () => undefined);
  await identity.begin({ authorization: 'first' });
  const renewed = [identity.renew({ authorization: 'older' }), identity.renew({ authorization: 'newer' })];
  setTimeout(() => {
    slow.resolve(undefined);
  }, 20);
  const [, newest] = await Promise.all(renewed);
  expect({ expiresAt: identity.session?.expiresAt.toISOString() }).toEqual(newest);
  identity.release();
});
