import type { JWTVerifyGetKey } from 'jose';
import type { Actor, Correlation } from '../../domain/actor.js';
import { fault, TransientError, type Outcome } from '../../domain/errors.js';
import { ok } from '../../domain/result.js';
import type { Authenticate } from '../../graphql/context.js';
import type { Breakers } from '../../observability/breakers.js';
import type { Logger } from '../../observability/logger.js';
import type { Metrics } from '../../observability/metrics.js';
import type { Clock } from '../../ports/clock.js';
import type { RoleStore } from '../../ports/role-store.js';
import { createIssuerKeys } from './issuer-keys.js';
import { createPermissionCache } from './permission-cache.js';
import { createSubjectLimit, type SubjectLimitOptions } from './subject-limit.js';
import { verifyAccessToken, type AccessToken } from './verify-access-token.js';

/** What telling users apart needs. */
export interface AuthenticatorDeps {
  readonly issuer: string;
  readonly audience: string;
  readonly roles: RoleStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Knows the breaker before the issuer. */
  readonly breakers?: Breakers;
  /** @default the keys that the issuer publishes */
  readonly keys?: JWTVerifyGetKey;
  readonly limit?: SubjectLimitOptions;
}

/**
 * Makes the one function that turns an `Authorization` header into an actor, for every transport. Tenant,
 * subject and roles come from the verified token alone, permissions from the database.
 */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticate {
  const keys = deps.keys ?? createIssuerKeys(deps);
  const verify = verifyAccessToken({ ...deps, keys });
  const admit = createSubjectLimit(deps.limit);
  const toActor = createActorReader(createPermissionCache(deps.roles), deps.logger);
  return async (authorization, correlation) => {
    const token = await verify(authorization);
    deps.metrics.tokenVerifications.inc({ outcome: token.ok ? 'verified' : token.fault.code.toLowerCase() });
    if (!token.ok) return token;
    const { tenantId, subject, expiresAt } = token.value;
    const admitOne = (): Outcome<undefined> => admit(tenantId, subject);
    const admitted = admitOne();
    if (!admitted.ok) return admitted;
    const actor = await toActor(token.value, correlation);
    if (!actor.ok) return actor;
    const refresh = (): Promise<Outcome<Actor>> =>
      expiresAt <= deps.clock.now()
        ? Promise.resolve(fault('UNAUTHENTICATED'))
        : toActor(token.value, correlation);
    return ok({ actor: actor.value, expiresAt, refresh, admit: admitOne });
  };
}

type ActorReader = (token: AccessToken, correlation: Correlation) => Promise<Outcome<Actor>>;

function createActorReader(roles: RoleStore, logger: Logger): ActorReader {
  return async (token, correlation) => {
    try {
      const permissions = await roles.permissionsOf(token.tenantId, token.roles);
      if (!permissions) return fault('UNAUTHENTICATED');
      const { tenantId, subject, roles: names } = token;
      return ok({ ...correlation, tenantId, subject, roles: names, permissions });
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      logger.warn({ err: error, correlationId: correlation.correlationId }, 'roles could not be read');
      return fault('DEPENDENCY_UNAVAILABLE', { retryAfterMs: 1_000 });
    }
  };
}
