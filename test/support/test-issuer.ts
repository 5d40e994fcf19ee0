import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

/** A key pair that an issuer may publish. */
export interface TestKey {
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** An issuer whose keys, behaviour and received requests a test controls. */
export interface TestIssuer {
  readonly issuer: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
  publish(...keys: readonly TestKey[]): void;
  /** Answers everything with 500 from now on, or works again. */
  fail(isFailing: boolean): void;
  /** Answers everything with 200 and this from now on. */
  say(text: string): void;
  close(): Promise<void>;
}

/** Makes a key pair. */
export async function makeKey(kid: string, alg: TestKey['alg'] = 'ES256'): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Starts an issuer that publishes the given keys. */
export async function startTestIssuer(...keys: readonly TestKey[]): Promise<TestIssuer> {
  let published = keys;
  let isFailing = false;
  let said: string | undefined;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (isFailing) {
      response.writeHead(500).end();
      return;
    }
    const body = request.url === '/jwks' ? { keys: published.map((key) => key.publicJwk) } : metadata;
    response.writeHead(200, { 'content-type': 'application/json' }).end(said ?? JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const metadata = { issuer, jwks_uri: `${issuer}/jwks` };
  return {
    issuer,
    requests,
    publish: (...next) => {
      published = next;
    },
    fail: (failing) => {
      isFailing = failing;
    },
    say: (text) => {
      said = text;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What a test changes about an honest token; `undefined` leaves a claim out. */
export interface TokenChanges {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
}

export const TEST_TENANT = '00000000-0000-4000-8000-00000000acee';

/** Claims of an honest token. */
export function honestClaims(issuer: string): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: 'lazaret',
    sub: 'user-1',
    iat: now,
    exp: now + 900,
    tenant: TEST_TENANT,
    roles: ['uploader'],
  };
}

/** Signs a token that differs from an honest one as the test says. */
export function signToken(issuer: string, key: TestKey, changes: TokenChanges = {}): Promise<string> {
  const claims = { ...honestClaims(issuer), ...changes.claims };
  const present = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  const header = { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...changes.header };
  // An extension that the signer does not know cannot be demanded; any test demands this one.
  const options = { crit: { b64: true } };
  return new SignJWT(present).setProtectedHeader(header).sign(key.privateKey, options);
}
