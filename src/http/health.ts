import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Health, HealthReport } from '../observability/health.js';

/** Adds the probes to the public port. They are answered whatever the load. */
export function registerHealth(app: FastifyInstance, health: Health): void {
  const options = { config: { admission: 'always' as const } };
  app.get('/livez', options, (_request, reply) => answer(reply, health.live()));
  app.get('/readyz', options, async (_request, reply) => answer(reply, await health.ready()));
  app.get('/startupz', options, async (_request, reply) => answer(reply, await health.started()));
}

const answer = (reply: FastifyReply, report: HealthReport): FastifyReply =>
  reply
    .code(report.status === 'unavailable' ? 503 : 200)
    .header('cache-control', 'no-store')
    .send(report);
