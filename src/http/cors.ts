import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { crossOriginAt } from './cross-origin.js';

/** How long a browser may remember what it was told. */
const MAX_AGE_SECONDS = 600;

/**
 * Lets pages of the allowed origins call us. Tokens travel in a header and never in cookies, so credentials
 * are not allowed, and a foreign page gains nothing by making a browser call us.
 *
 * @param allowedOrigins - exactly as browsers send them; empty allows the same origin only
 */
export async function addCors(app: FastifyInstance, allowedOrigins: readonly string[]): Promise<void> {
  const origins = new Set(allowedOrigins);
  await app.register(cors, {
    hook: 'onRequest',
    delegator: ({ url, headers: { origin } }, answer) => {
      const { methods, requestHeaders, answerHeaders } = crossOriginAt(url);
      answer(null, {
        origin: origin !== undefined && origins.has(origin) && origin,
        methods: [...methods],
        allowedHeaders: [...requestHeaders],
        exposedHeaders: [...answerHeaders],
        credentials: false,
        maxAge: MAX_AGE_SECONDS,
        strictPreflight: false,
      });
    },
  });
}
