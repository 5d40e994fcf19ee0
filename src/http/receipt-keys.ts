import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import fresh from 'fresh';
import type { ReceiptKey } from '../ports/receipt-signer.js';

/** How long a copy of the keys may be used: soon enough after a new key its receipts can be verified everywhere. */
const MAX_AGE_SECONDS = 300;

/**
 * Publishes the keys that receipts are verified with, for everybody.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7517#section-5
 */
export function registerReceiptKeys(app: FastifyInstance, keys: readonly ReceiptKey[]): void {
  const body = JSON.stringify({ keys });
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  app.get('/.well-known/lazaret/receipt-keys', (request, reply) => {
    reply
      .header('cache-control', `public, max-age=${String(MAX_AGE_SECONDS)}`)
      .header('etag', etag)
      .header('access-control-allow-origin', '*')
      .header('content-type', 'application/jwk-set+json');
    if (fresh(request.headers, { etag })) return reply.code(304).send();
    return reply.send(body);
  });
}
