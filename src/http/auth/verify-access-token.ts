import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { fault, TransientError, type Outcome } from '../../domain/errors.js';
import { parseTenantId, type TenantId } from '../../domain/ids.js';
import { ok } from '../../domain/result.js';
import { hasInvisible, hasLoneSurrogate } from '../../domain/text.js';
import type { Clock } from '../../ports/clock.js';
import { bearerToken } from './bearer-token.js';

/** What a verified token says. */
export interface AccessToken {
  readonly subject: string;
  readonly tenantId: TenantId;
  readonly roles: readonly string[];
  readonly expiresAt: Date;
}

/** What verifying a token needs. */
export interface VerifyAccessTokenDeps {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  readonly clock: Clock;
}

/** How far the clocks of the issuer and of this machine may be apart. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** Oldest token that is accepted, whatever end it names. */
const MAX_TOKEN_AGE_SECONDS = 86_400;

/** Null bytes and halves of characters would reach the database, which refuses them as a failure of its own. */
const isPlainText = (text: string): boolean => !hasInvisible(text) && !hasLoneSurrogate(text);

/** What the service does by itself is recorded under names that begin so, which nobody else has. */
const OWN_SUBJECTS = 'system:';

const claimsSchema = z.object({
  sub: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x21-\x7e]+$/)
    .refine((subject) => !subject.startsWith(OWN_SUBJECTS)),
  tenant: z.string(),
  roles: z.array(z.string().min(1).max(64).refine(isPlainText)).max(32),
  iat: z.number(),
  exp: z.number(),
});

/**
 * Verifies a JWT access token offline: signature by a key of the configured issuer, RS256 or ES256 and nothing
 * else, type, issuer, audience, times, and the claims that name tenant and roles.
 *
 * @returns UNAUTHENTICATED with one wording for every defect; DEPENDENCY_UNAVAILABLE when no key can be had
 * @see https://www.rfc-editor.org/rfc/rfc9068#section-4
 */
export const verifyAccessToken =
  (deps: VerifyAccessTokenDeps) =>
  async (authorization: string | undefined): Promise<Outcome<AccessToken>> => {
    const token = bearerToken(authorization);
    if (token === undefined) return fault('UNAUTHENTICATED');
    try {
      const { payload } = await jwtVerify(token, deps.keys, {
        issuer: deps.issuer,
        audience: deps.audience,
        algorithms: ['RS256', 'ES256'],
        typ: 'at+jwt',
        requiredClaims: ['iss', 'aud', 'sub', 'iat', 'exp', 'tenant', 'roles'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        maxTokenAge: MAX_TOKEN_AGE_SECONDS,
        currentDate: deps.clock.now(),
      });
      return readClaims(payload);
    } catch (error) {
      return refuse(error);
    }
  };

function readClaims(payload: JWTPayload): Outcome<AccessToken> {
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) return fault('UNAUTHENTICATED');
  const { sub, tenant, roles, iat, exp } = claims.data;
  const tenantId = parseTenantId(tenant);
  if (!tenantId) return fault('UNAUTHENTICATED');
  // A connection that was opened with the token ends when the token would be refused.
  const endsAt = Math.min(exp, iat + MAX_TOKEN_AGE_SECONDS);
  return ok({ subject: sub, tenantId, roles, expiresAt: new Date(endsAt * 1000) });
}

function refuse(error: unknown): ReturnType<typeof fault> {
  if (error instanceof TransientError) return fault('DEPENDENCY_UNAVAILABLE', { retryAfterMs: 2_000 });
  // Keys that the runtime cannot use surface as TypeError; the token is at fault all the same.
  if (error instanceof errors.JOSEError || error instanceof TypeError) return fault('UNAUTHENTICATED');
  throw error;
}
