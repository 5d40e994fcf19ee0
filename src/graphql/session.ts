import type { Actor } from '../domain/actor.js';
import { TransientError, type Outcome } from '../domain/errors.js';
import { ok } from '../domain/result.js';
import type { Clock } from '../ports/clock.js';
import type { Authenticated, Session } from './context.js';

/** How old permissions may be when an event is delivered. */
const FRESH_MS = 1_000;
/** How long an actor is trusted while nobody can say what its roles allow. */
const TRUSTED_MS = 30_000;

/** Makes the session of a verified token. */
export function createSession(authenticated: Authenticated, clock: Clock): Session {
  let { actor, expiresAt, refresh } = unbound(authenticated);
  let confirmedAt = clock.now().getTime();
  let pending: Promise<Outcome<Actor>> | undefined;

  const confirm = async (): Promise<Outcome<Actor>> => {
    const asked = refresh;
    const outcome = await settle(asked);
    // A newer token came meanwhile: what the older one allows is no longer the question.
    if (refresh !== asked) return ok(actor);
    const age = clock.now().getTime() - confirmedAt;
    if (!outcome.ok) return isUndecided(outcome) && age < TRUSTED_MS ? ok(actor) : outcome;
    actor = outcome.value;
    confirmedAt = clock.now().getTime();
    return outcome;
  };

  return {
    // A newer token is the same user's, who is counted in one place.
    admit: () => authenticated.admit(),
    get actor() {
      return actor;
    },
    get expiresAt() {
      return expiresAt;
    },
    current() {
      if (clock.now().getTime() - confirmedAt < FRESH_MS) return Promise.resolve(ok(actor));
      pending ??= confirm().finally(() => {
        pending = undefined;
      });
      return pending;
    },
    renew(newer) {
      const { tenantId, subject } = newer.actor;
      if (tenantId !== actor.tenantId || subject !== actor.subject) return false;
      ({ actor, expiresAt, refresh } = unbound(newer));
      confirmedAt = clock.now().getTime();
      return true;
    },
  };
}

const unbound = (authenticated: Authenticated) => ({
  actor: authenticated.actor,
  expiresAt: authenticated.expiresAt,
  refresh: () => authenticated.refresh(),
});

async function settle(refresh: () => Promise<Outcome<Actor>>): Promise<Outcome<Actor>> {
  try {
    return await refresh();
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    return { ok: false, fault: { code: 'DEPENDENCY_UNAVAILABLE', message: 'Permissions cannot be read.' } };
  }
}

const isUndecided = (outcome: Outcome<Actor>): boolean =>
  !outcome.ok && outcome.fault.code === 'DEPENDENCY_UNAVAILABLE';
