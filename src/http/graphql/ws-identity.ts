import { CloseCode } from 'graphql-ws';
import type { Correlation } from '../../domain/actor.js';
import type { Fault } from '../../domain/errors.js';
import { createSession, type Session } from '../../graphql/session.js';
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
  let session: Session | undefined;
  let release: Release | undefined;
  let isReleased = false;
  let pending = 0;
  const alarm = createExpiryAlarm(deps.clock, () => {
    shut(CloseCode.Forbidden, 'Token expired');
  });

  const renewWith = async (authorization: string): Promise<Record<string, unknown>> => {
    const authenticated = await deps.authenticate(authorization, correlation);
    if (!authenticated.ok) return { refused: authenticated.fault.code };
    if (session?.renew(authenticated.value) !== true) {
      shut(CloseCode.Forbidden, 'Token of somebody else');
      return { refused: 'FORBIDDEN' };
    }
    if (!isReleased) alarm.set(session.expiresAt);
    return { expiresAt: session.expiresAt.toISOString() };
  };

  return {
    get session() {
      return session;
    },
    begin: async (params) => {
      const authenticated = await deps.authenticate(textOf(params), correlation);
      if (isReleased) return false;
      if (!authenticated.ok) {
        shut(...closeFor(authenticated.fault));
        return false;
      }
      release = deps.caps.admit(authenticated.value.actor.tenantId);
      if (!release) {
        shut(1013, 'The tenant has too many connections');
        return false;
      }
      session = createSession(authenticated.value, deps.clock);
      alarm.set(session.expiresAt);
      return true;
    },
    renew: async (payload) => {
      const authorization = textOf(payload);
      if (authorization === undefined || pending >= MAX_PENDING_RENEWALS) return undefined;
      pending += 1;
      return renewWith(authorization).finally(() => {
        pending -= 1;
      });
    },
    release: () => {
      isReleased = true;
      alarm.clear();
      release?.();
    },
  };
}

function textOf(payload: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const value = payload?.['authorization'] ?? payload?.['Authorization'];
  return typeof value === 'string' ? value : undefined;
}

const closeFor = ({ code }: Fault): [number, string] =>
  code === 'UNAUTHENTICATED' || code === 'FORBIDDEN'
    ? [CloseCode.Forbidden, 'Forbidden']
    : [1013, 'Try again later'];
