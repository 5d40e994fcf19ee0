import { CloseCode } from 'graphql-ws';
import type { Correlation } from '../../domain/actor.js';
import type { Fault, Outcome } from '../../domain/errors.js';
import type { Authenticated, Session } from '../../graphql/context.js';
import { createSession } from '../../graphql/session.js';
import { createExpiryAlarm } from './at-expiry.js';
import type { Release } from './connection-caps.js';
import type { GraphqlStreamDeps } from './deps.js';

/** Closes the connection with a code of the protocol. */
export type Shut = (code: number, reason: string) => void;

/** Who is at the other end of a WebSocket, for as long as its token is good. */
export interface WsIdentity {
  readonly session: Session | undefined;
  /** Takes the token of `connection_init`. False when the connection was closed instead. */
  begin(params: Readonly<Record<string, unknown>> | undefined): Promise<boolean>;
  /** Takes a newer token from a ping; answers what the pong shall carry. */
  renew(payload: Readonly<Record<string, unknown>> | undefined): Promise<Record<string, unknown> | undefined>;
  release(): void;
}

/** Tokens that wait to be verified on one connection. */
const MAX_PENDING_RENEWALS = 4;

/**
 * Keeps the identity of one connection: it is closed with 4403 when the token is bad or has ended, and goes
 * on without a break when a newer token of the same tenant and subject comes in time.
 */
export function createWsIdentity(deps: GraphqlStreamDeps, correlation: Correlation, shut: Shut): WsIdentity {
  const held: Held = { session: undefined, place: undefined, isReleased: false };
  const alarm = createExpiryAlarm(deps.clock, () => {
    shut(CloseCode.Forbidden, 'Token expired');
  });
  const verify = (authorization: string | undefined) => deps.authenticate(authorization, correlation);
  const verifyInTurn = inTurn(verify);
  return {
    get session() {
      return held.session;
    },
    begin: async (params) => {
      const authenticated = await verify(textOf(params));
      if (held.isReleased) return false;
      const refused = take(held, authenticated, deps);
      if (refused) shut(...refused);
      else if (held.session) alarm.set(held.session.expiresAt);
      return !refused;
    },
    renew: async (payload) => {
      const authorization = textOf(payload);
      const authenticated = authorization === undefined ? undefined : await verifyInTurn(authorization);
      if (!authenticated) return undefined;
      if (!authenticated.ok) return { refused: authenticated.fault.code };
      if (held.isReleased) return undefined;
      if (held.session?.renew(authenticated.value) !== true) {
        shut(CloseCode.Forbidden, 'Token of somebody else');
        return undefined;
      }
      alarm.set(held.session.expiresAt);
      return { expiresAt: held.session.expiresAt.toISOString() };
    },
    release: () => {
      held.isReleased = true;
      alarm.clear();
      held.place?.();
    },
  };
}

type Verify = (authorization: string) => Promise<Outcome<Authenticated>>;

/**
 * Verifies one token after the other: they count in the order in which they were sent, however long each takes.
 *
 * @returns a function that answers `undefined` while too many wait
 */
function inTurn(verify: Verify): (authorization: string) => ReturnType<Verify> | undefined {
  let last: Promise<unknown> = Promise.resolve();
  let pending = 0;
  return (authorization) => {
    if (pending >= MAX_PENDING_RENEWALS) return undefined;
    pending += 1;
    const verified = last.then(() => verify(authorization)).finally(() => (pending -= 1));
    last = verified.catch(() => undefined);
    return verified;
  };
}

interface Held {
  session: Session | undefined;
  place: Release | undefined;
  isReleased: boolean;
}

/** Takes identity and place of a connection, or says how to close it. */
function take(
  held: Held,
  authenticated: Outcome<Authenticated>,
  { caps, clock }: GraphqlStreamDeps,
): Closing | undefined {
  if (!authenticated.ok) return closeFor(authenticated.fault);
  held.place = caps.admit(authenticated.value.actor.tenantId);
  if (!held.place) return [1013, 'The tenant has too many connections'];
  held.session = createSession(authenticated.value, clock);
  return undefined;
}

type Closing = [code: number, reason: string];

function textOf(payload: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const value = payload?.['authorization'] ?? payload?.['Authorization'];
  return typeof value === 'string' ? value : undefined;
}

const closeFor = ({ code }: Fault): Closing =>
  code === 'UNAUTHENTICATED' || code === 'FORBIDDEN'
    ? [CloseCode.Forbidden, 'Forbidden']
    : [1013, 'Try again later'];
