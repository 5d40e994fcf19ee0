import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyReply {
    /** Answers with the page of GraphiQL. */
    sendPlayground(): FastifyReply;
  }
}

/**
 * Everything comes from our own origin. Only styles may be inline: the editor writes them as it runs.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
const policyFor = (host: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    `connect-src 'self' ws://${host} wss://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Whether a browser asks for a page, and not a client for an answer. */
export const wantsPlayground = ({ method, headers, url }: FastifyRequest): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html') && !url.includes('query=');

/** Serves GraphiQL from the files of our own build; development alone. */
export async function servePlayground(app: FastifyInstance, directory: string): Promise<void> {
  const page = await readFile(path.join(directory, 'index.html'), 'utf8');
  await app.register(fastifyStatic, {
    root: path.join(directory, 'assets'),
    prefix: '/graphiql/',
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: '1d',
  });
  app.decorateReply('sendPlayground', function (this: FastifyReply) {
    const host = /^[\w.:[\]-]+$/.exec(this.request.headers.host ?? '')?.[0] ?? '';
    return this.header('content-security-policy', policyFor(host))
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(page);
  });
}
