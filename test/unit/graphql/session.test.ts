import { expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actor.js';
import { DEVELOPMENT_TENANTS } from '../../../src/domain/development-tenants.js';
import { fault, type Outcome } from '../../../src/domain/errors.js';
import type { Permission } from '../../../src/domain/permissions.js';
import { ok } from '../../../src/domain/result.js';
import type { Authenticated } from '../../../src/graphql/context.js';
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
