import type { Actor } from '../../domain/actor.js';
import { ERRORS, FaultError, type ErrorCode } from '../../domain/errors.js';
import type { Permission } from '../../domain/permissions.js';
import { currentTraceparent } from '../../observability/tracing.js';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';

/**
 * The actor of the request; what it causes belongs below the span of the operation. Throws UNAUTHENTICATED
 * where there is none.
 */
export function actorOf({ session }: GraphqlContext): Actor {
  if (!session) throw refused('UNAUTHENTICATED');
  const traceparent = currentTraceparent();
  return traceparent === undefined ? session.actor : { ...session.actor, traceparent };
}

/** Throws UNAUTHENTICATED without an actor and FORBIDDEN where a permission is missing. */
export function demand(context: GraphqlContext, permissions: readonly Permission[]): void {
  allow(actorOf(context), permissions);
}

/** Like {@link demand}, with what the roles allow now and not when the operation began. */
export async function demandNow(
  { session }: GraphqlContext,
  permissions: readonly Permission[],
): Promise<void> {
  if (!session) throw refused('UNAUTHENTICATED');
  allow(unwrap(await session.current()), permissions);
}

function allow(actor: Actor, permissions: readonly Permission[]): void {
  if (!permissions.every((permission) => actor.permissions.has(permission))) throw refused('FORBIDDEN');
}

const refused = (code: ErrorCode): FaultError => new FaultError({ code, message: ERRORS[code].message });
