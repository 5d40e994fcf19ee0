import path from 'node:path';
import { compose, type Platform } from './compose.js';
import { composeApi } from './compose/api.js';
import { composeHealth, connect, disconnect } from './compose/health.js';
import { readProcessConfig } from './config/process-config.js';
import { createApiServer, type ApiServer } from './http/api-server.js';
import { createLifecycle, type Lifecycle } from './lifecycle.js';
import { letMemoryUsageLast } from './lifecycle/lasting-memory-usage.js';
import { orExit } from './lifecycle/or-exit.js';
import { runUntilSignal } from './lifecycle/run-until-signal.js';
import type { Health } from './observability/health.js';
import { createLogger } from './observability/logger.js';
import { createMetrics } from './observability/metrics.js';
import { startMetricsServer, type MetricsServer } from './observability/metrics-server.js';
import { stopTracing } from './observability/register.js';

/** How long requests that are under way may take to finish when the process is told to stop. */
const DRAIN_MS = 20_000;
const PLAYGROUND_DIR = path.resolve(import.meta.dirname, '..', 'graphiql');

letMemoryUsageLast();
const { config, isTracing, warnings } = readProcessConfig();
const logger = createLogger({ level: config.logLevel, service: 'api' });
for (const warning of warnings) logger.warn(warning);
const metrics = createMetrics();
const platform = await orExit(compose({ config, logger, metrics, isTracing }), logger);
const health = composeHealth(platform);
const lifecycle = createLifecycle(logger);
lifecycle.add({ name: 'tracing', stop: stopTracing });
lifecycle.add({
  name: 'connections',
  start: (signal) => connect(platform, signal),
  stop: () => disconnect(platform),
});
addMetricsServer(lifecycle, platform, health);
addApiServer(lifecycle, platform, health);
await runUntilSignal(lifecycle, logger);

function addMetricsServer(
  parts: Lifecycle,
  { config: { http, metrics: ports } }: Platform,
  probes: Health,
): void {
  let server: MetricsServer | undefined;
  parts.add({
    name: 'metrics',
    start: async () => {
      server = await startMetricsServer({
        metrics,
        health: probes,
        logger,
        host: http.host,
        port: ports.apiPort,
      });
    },
    stop: () => server?.close(),
  });
}

function addApiServer(parts: Lifecycle, api: Platform, probes: Health): void {
  let server: ApiServer | undefined;
  parts.add({
    name: 'api',
    start: async () => {
      server = await createApiServer({
        ...api,
        ...(await composeApi(api)),
        ...api.config.http,
        ...api.config.upload,
        health: probes,
        auth: api.config.auth,
        isProduction: api.config.profile === 'production',
        playgroundDir: PLAYGROUND_DIR,
      });
      await server.listen(api.config.http.host, api.config.http.port);
    },
    stop: async () => {
      probes.drain();
      await server?.close(DRAIN_MS);
    },
    stopTimeoutMs: DRAIN_MS + 5_000,
  });
}
