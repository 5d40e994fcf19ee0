import type { Actor } from '../../src/domain/actor.js';
import { DEVELOPMENT_TENANTS } from '../../src/domain/development-tenants.js';
import { fault } from '../../src/domain/errors.js';
import { BUILT_IN_ROLES, type Permission } from '../../src/domain/permissions.js';
import { ok } from '../../src/domain/result.js';
import { createSubjectLimit, type SubjectLimitOptions } from '../../src/http/auth/subject-limit.js';
import type { Authenticate } from '../../src/graphql/context.js';

/** Tokens of the form `Bearer <tenant>-<role>[:<seconds>]`, with permissions that a test can take away. */
export interface FakeIdentities {
  readonly authenticate: Authenticate;
  /** What a role allows from now on; `null` disables its users. */
  setPermissions(role: string, permissions: readonly Permission[] | null): void;
}

const TOKEN = /^Bearer (acme|globex)-(\w+)(?::([\d.]+))?$/;

/**
 * Makes identities that need no issuer.
 *
 * @param limit - how much each of them may ask
 */
export function fakeIdentities(limit?: SubjectLimitOptions): FakeIdentities {
  const admit = createSubjectLimit(limit);
  const roles = new Map<string, readonly Permission[] | null>(Object.entries(BUILT_IN_ROLES));
  return {
    setPermissions: (role, permissions) => roles.set(role, permissions),
    authenticate: (authorization, correlation) => {
      const [, slug, role = '', seconds = '900'] = TOKEN.exec(authorization ?? '') ?? [];
      const current = (): Actor | undefined => {
        const permissions = roles.get(role);
        if (!permissions) return undefined;
        const tenant = slug === 'globex' ? DEVELOPMENT_TENANTS.globex : DEVELOPMENT_TENANTS.acme;
        const subject = `${tenant.slug}-${role}`;
        return {
          ...correlation,
          tenantId: tenant.id,
          subject,
          roles: [role],
          permissions: new Set(permissions),
        };
      };
      const refresh = () => {
        const actor = current();
        return Promise.resolve(actor ? ok(actor) : fault('UNAUTHENTICATED'));
      };
      const actor = slug === undefined ? undefined : current();
      if (!actor) return Promise.resolve(fault('UNAUTHENTICATED'));
      const admitOne = () => admit(actor.tenantId, actor.subject);
      const admitted = admitOne();
      if (!admitted.ok) return Promise.resolve(admitted);
      return Promise.resolve(
        ok({
          actor,
          expiresAt: new Date(Date.now() + Number(seconds) * 1000),
          refresh,
          admit: admitOne,
        }),
      );
    },
  };
}
