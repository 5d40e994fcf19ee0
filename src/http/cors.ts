import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

const REQUEST_HEADERS = [
  ...['authorization', 'content-type', 'content-digest', 'x-request-id', 'traceparent', 'tracestate'],
  ...['apollo-require-preflight', 'x-apollo-operation-name', 'x-graphql-event-stream-token', 'last-event-id'],
  ...['tus-resumable', 'upload-offset', 'upload-length', 'upload-defer-length', 'upload-metadata'],
  ...['upload-checksum', 'upload-concat', 'x-http-method-override', 'idempotency-key', 'accept'],
  ...['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
];

const ANSWER_HEADERS = [
  ...['etag', 'location', 'content-range', 'content-length', 'content-disposition', 'accept-ranges'],
  ...['content-digest', 'repr-digest', 'last-modified', 'retry-after', 'x-request-id', 'www-authenticate'],
  ...['tus-resumable', 'tus-version', 'tus-extension', 'tus-max-size', 'upload-offset', 'upload-length'],
  ...['upload-metadata', 'upload-expires', 'upload-concat', 'tus-checksum-algorithm'],
];

/**
 * Lets pages of the allowed origins call us. Tokens travel in a header and never in cookies, so credentials
 * are not allowed, and a foreign page gains nothing by making a browser call us.
 *
 * @param allowedOrigins - exactly as browsers send them; empty allows the same origin only
 */
export async function addCors(app: FastifyInstance, allowedOrigins: readonly string[]): Promise<void> {
  const origins = new Set(allowedOrigins);
  await app.register(cors, {
    origin: (origin, answer) => {
      answer(null, origin !== undefined && origins.has(origin));
    },
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: ANSWER_HEADERS,
    credentials: false,
    maxAge: 600,
    strictPreflight: false,
    hook: 'onRequest',
  });
}
