import type { Actor, Correlation } from '../domain/actor.js';
import type { Outcome } from '../domain/errors.js';

/** A verified token: who sent it, and how long it is good for. */
export interface Authenticated {
  readonly actor: Actor;
  /** `exp` of the token. */
  readonly expiresAt: Date;
  /** The same actor with what its roles allow now; fails once it may not act any more. */
  refresh(): Promise<Outcome<Actor>>;
  /** Counts one more operation of this user, as a request of its own would be; refuses with RATE_LIMITED. */
  admit(): Outcome<undefined>;
}

/**
 * Verifies the value of an `Authorization` header, or what stands for it in a `connection_init`.
 *
 * @returns UNAUTHENTICATED for a missing or bad token, DEPENDENCY_UNAVAILABLE where it cannot be decided
 */
export type Authenticate = (
  authorization: string | undefined,
  correlation: Correlation,
) => Promise<Outcome<Authenticated>>;

/** The identity behind a request or a connection, which may change while it lives. */
export interface Session {
  /** Who is asking, with the permissions that are known. */
  readonly actor: Actor;
  /** When the token ends. */
  readonly expiresAt: Date;
  /** The actor with permissions of at most a second ago; fails once it may not act any more. */
  current(): Promise<Outcome<Actor>>;
  /** Counts one more operation of this user; refuses with RATE_LIMITED. */
  admit(): Outcome<undefined>;
  /** Goes on with a newer token of the same tenant and subject. False when it is somebody else's. */
  renew(authenticated: Authenticated): boolean;
}

/** How an operation came in. */
export type GraphqlTransport = 'http' | 'ws' | 'sse';

/** What resolvers know of the request. */
export interface GraphqlContext {
  readonly correlation: Correlation;
  readonly transport: GraphqlTransport;
  /** Who is asking, as of now; absent for a request without a token. */
  readonly session?: Session;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}
