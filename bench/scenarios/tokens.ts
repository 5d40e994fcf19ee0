import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Bench } from '../bench.js';
import type { Report } from '../report.js';
import { quantile } from '../rounds.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import { DEVELOPMENT_TENANTS } from '../../src/domain/development-tenants.js';
import { verifyAccessToken } from '../../src/http/auth/verify-access-token.js';

const ISSUER = 'http://127.0.0.1/oauth';
const AUDIENCE = 'lazaret';
const WARM_UP = 500;

/** Access tokens with warm keys, one after the other, on the thread that does everything else as well. */
export async function measureTokens({ options }: Bench): Promise<Report[]> {
  const rows = [];
  for (const algorithm of ['RS256', 'ES256']) {
    const times = await verifyFor(options.seconds * 1000, algorithm);
    rows.push({
      '': algorithm,
      'verified/s': (times.length * 1000) / times.reduce((sum, ms) => sum + ms, 0),
      'p50 ms': quantile(times),
      'p99 ms': quantile(times, 0.99),
    });
  }
  return [{ title: 'Verification of access tokens', rows, goals: [] }];
}

async function verifyFor(durationMs: number, algorithm: string): Promise<number[]> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: algorithm };
  const keys = createLocalJWKSet({ keys: [jwk] });
  const clock = createSystemClock();
  const verify = verifyAccessToken({ issuer: ISSUER, audience: AUDIENCE, keys, clock });
  const token = await new SignJWT({ tenant: DEVELOPMENT_TENANTS.acme.id, roles: ['admin'] })
    .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid: 'bench' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject('bench')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  const times: number[] = [];
  const end = performance.now() + durationMs;
  for (let count = 0; performance.now() < end; count += 1) {
    const begun = performance.now();
    const outcome = await verify(`Bearer ${token}`);
    if (!outcome.ok) throw new Error('A good token was refused');
    if (count >= WARM_UP) times.push(performance.now() - begun);
  }
  return times;
}
