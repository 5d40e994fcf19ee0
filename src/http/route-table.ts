import type { FastifyInstance } from 'fastify';

/** Knows which methods a path has. */
export interface RouteTable {
  /** Methods that the path answers to, sorted; none when there is no such path. */
  methodsOf(path: string): readonly string[];
}

interface Entry {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/**
 * Remembers every route as it is added. Fastify's router cannot say whether a path exists under another
 * method, which is the difference between 404 and 405.
 */
export function createRouteTable(app: FastifyInstance): RouteTable {
  const entries: Entry[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    // The routes for preflights and upgrades answer to every path and say nothing about which of them exist.
    if (url === '*' || url === '/*') return;
    entries.push({ pattern: toPattern(url), methods: Array.isArray(method) ? method : [method] });
  });
  return {
    methodsOf: (path) => {
      const matching = entries.filter(({ pattern }) => pattern.test(path));
      return [...new Set(matching.flatMap(({ methods }) => methods))].sort();
    },
  };
}

function toPattern(url: string): RegExp {
  const source = url
    .split('/')
    .map((segment) => {
      if (segment.startsWith(':')) return '[^/]+';
      return segment.replaceAll(/[.+?^${}()|[\]\\]/gu, String.raw`\$&`).replaceAll('*', '.*');
    })
    .join('/');
  return new RegExp(`^${source}/?$`, 'u');
}
