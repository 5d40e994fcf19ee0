import { fault, type Outcome } from './errors.js';
import type { TenantId } from './ids.js';
import type { Permission } from './permissions.js';
import { ok } from './result.js';

/** What ties one request to the jobs, events, log lines and spans that it causes. */
export interface Correlation {
  /** Accepted from `X-Request-Id` or minted at the edge. */
  readonly correlationId: string;
  /** W3C trace context of the causing span, where tracing is on. */
  readonly traceparent?: string;
}

/** Who is asking: built from a verified token alone, never from input. */
export interface Actor extends Correlation {
  readonly tenantId: TenantId;
  /** `sub` of the token. */
  readonly subject: string;
  readonly roles: readonly string[];
  /** The union of what the roles allow in this tenant. */
  readonly permissions: ReadonlySet<Permission>;
}

/** The first line of every use-case: refuses an actor without the permission. */
export function authorise(actor: Actor, permission: Permission): Outcome<undefined> {
  return actor.permissions.has(permission) ? ok(undefined) : fault('FORBIDDEN');
}
