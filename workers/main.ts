import { compose } from '../src/compose.js';
import { composeHealth, connect, disconnect } from '../src/compose/health.js';
import { composeWork } from '../src/compose/work.js';
import { readProcessConfig } from '../src/config/process-config.js';
import { createLifecycle } from '../src/lifecycle.js';
import { orExit } from '../src/lifecycle/or-exit.js';
import { runUntilSignal } from '../src/lifecycle/run-until-signal.js';
import { createLogger } from '../src/observability/logger.js';
import { createMetrics } from '../src/observability/metrics.js';
import { startMetricsServer, type MetricsServer } from '../src/observability/metrics-server.js';
import { stopTracing } from '../src/observability/register.js';
import { createCollectWorker } from './collect.worker.js';
import { createDependencyGate } from './dependency-gate.js';
import { createDirectWorker } from './direct.worker.js';
import { createGaugesWorker } from './gauges.worker.js';
import { createHandOutWorker } from './hand-out.worker.js';
import { createInspectionHandler } from './inspection.worker.js';
import { createRefusedJobHandler } from './refused-job.js';
import { createRelayWorker } from './relay.worker.js';
import { createRescanWorker } from './rescan.worker.js';
import { createStoreRoom } from './store-room.js';
import { createSweepWorker } from './sweep.worker.js';

/** How long an inspection may go on when the process is told to stop; then it is put back. */
const DRAIN_MS = 10_000;

const { config, isTracing, warnings } = readProcessConfig();
const logger = createLogger({ level: config.logLevel, service: 'worker' });
for (const warning of warnings) logger.warn(warning);
const metrics = createMetrics();
const platform = await orExit(compose({ config, logger, metrics, isTracing }), logger);
const work = composeWork(platform);
const storeRoom = createStoreRoom(platform.objects, platform);
const health = composeHealth(platform, { analyser: work.analyser, isShort: () => storeRoom.isShort() });
const deps = { ...platform, ...work, storeRoom };
const handOut = createHandOutWorker(deps);
const { clamds, scanner, breakers, objects } = platform;
const gate = createDependencyGate(
  [
    {
      name: 'scanner',
      ask: async (signal) => {
        if (!clamds.isUsable()) await scanner.status(signal);
      },
    },
    {
      name: 'object-store',
      ask: async (signal) => {
        const state = breakers.stateOf('object-store');
        // Asking costs nothing while the breaker is open. A disk has none, and says at once when it is not there.
        if (state === undefined) await objects.spareBytes?.();
        else if (state !== 'closed') await objects.check(signal);
      },
    },
  ],
  deps,
);
const inspections = work.openWorker(
  createInspectionHandler({
    ...deps,
    gate,
    onRoom: () => {
      handOut.onRoom();
    },
  }),
  createRefusedJobHandler(deps),
);
let metricsServer: MetricsServer | undefined;

const lifecycle = createLifecycle(logger);
lifecycle.add({ name: 'tracing', stop: stopTracing });
lifecycle.add({
  name: 'connections',
  start: (signal) => connect(platform, signal),
  stop: () => disconnect(platform),
});
lifecycle.add({
  name: 'analysers',
  start: () => work.analyser.start(),
  stop: () => work.analyser.close(),
});
lifecycle.add({ name: 'queue', stop: () => work.queue.close() });
lifecycle.add({
  name: 'metrics',
  start: async () => {
    const { host } = config.http;
    metricsServer = await startMetricsServer({ ...deps, health, host, port: config.metrics.workerPort });
  },
  stop: () => metricsServer?.close(),
});
lifecycle.add(
  createGaugesWorker({
    ...deps,
    backlogCounts: () => work.backlog.counts(),
    quarantineCounts: () => work.backlog.quarantineCounts(),
    queueCounts: () => work.queue.counts(),
  }),
);
lifecycle.add(createRelayWorker(deps));
lifecycle.add(handOut);
if (work.followDirect) {
  const { backlog, followDirect } = work;
  lifecycle.add(
    createDirectWorker({ ...platform, dueListings: (limit) => backlog.dueListings(limit), followDirect }),
  );
}
lifecycle.add(createSweepWorker({ ...deps, intervalMs: config.inspection.sweepIntervalMs }));
lifecycle.add(
  createRescanWorker({ ...deps, ...config.rescan, intervalMs: config.inspection.sweepIntervalMs }),
);
lifecycle.add(createCollectWorker({ ...deps, ...config.collection }));
lifecycle.add({
  name: 'inspections',
  start: () => {
    inspections.start();
  },
  stop: (signal) => {
    health.drain();
    const stopped = inspections.stop(signal);
    // What has not begun goes back at once; what has begun may come to its end.
    gate.close();
    storeRoom.close();
    work.byteBudget.close();
    return stopped;
  },
  stopTimeoutMs: DRAIN_MS,
});
await runUntilSignal(lifecycle, logger);
