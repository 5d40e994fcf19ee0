import {
  createInspectionQueue,
  QUEUE_BREAKER,
  type InspectionQueue,
} from '../adapters/bullmq/inspection-queue.js';
import {
  createInspectionWorker,
  type InspectionWorker,
  type InspectionWorkerDeps,
} from '../adapters/bullmq/inspection-worker.js';
import { createContentHints } from '../adapters/lru/content-hints.js';
import { createFileTypeDetector } from '../adapters/file-type/type-detector.js';
import { createBacklog } from '../adapters/postgres/backlog.js';
import { createMaintenance } from '../adapters/postgres/maintenance.js';
import { createOutbox } from '../adapters/postgres/outbox.js';
import { createThreadedDigester } from '../adapters/digest/threaded-digester.js';
import { createWaitingRoom } from '../adapters/postgres/waiting-room.js';
import type { Platform } from '../compose.js';
import type { RunningAnalyser } from '../ports/structure-analyser.js';
import { composeAnalyser } from './analyser.js';
import { reportLosses } from './report-losses.js';
import type { Backlog } from '../ports/backlog.js';
import type { Digester } from '../ports/digester.js';
import type { Maintenance } from '../ports/maintenance.js';
import { collectOrphans } from '../usecases/collect-orphans.js';
import { followDirect } from '../usecases/direct/follow-direct.js';
import { recordRefusedJob } from '../usecases/dead-letters/record-refused-job.js';
import { handOut } from '../usecases/hand-out.js';
import { inspectFile } from '../usecases/inspect-file.js';
import { createByteBudget, type ByteBudget } from '../usecases/inspection/byte-budget.js';
import { sweepQuarantine } from '../usecases/quarantine/sweep-quarantine.js';
import { reconcileQuotas } from '../usecases/reconcile-quotas.js';
import { planRescans } from '../usecases/rescan/plan-rescans.js';
import { rescanCopy } from '../usecases/rescan/rescan-copy.js';
import { relayOutbox } from '../usecases/relay-outbox.js';
import { sweep } from '../usecases/sweep.js';

/** What the workers are made of beside the platform. */
export interface WorkParts {
  /** Only workers ask for inspections: the API leaves them to the relay. */
  readonly queue: InspectionQueue;
  /** To be started before the first inspection. */
  readonly analyser: RunningAnalyser;
  readonly backlog: Backlog;
  readonly inspect: ReturnType<typeof inspectFile>;
  /** Absent where the store takes no parts from clients. */
  readonly followDirect: ReturnType<typeof followDirect> | undefined;
  readonly relay: ReturnType<typeof relayOutbox>;
  readonly handOut: ReturnType<typeof handOut>;
  readonly sweep: ReturnType<typeof sweep>;
  readonly planRescans: ReturnType<typeof planRescans>;
  readonly rescan: ReturnType<typeof rescanCopy>;
  readonly sweepQuarantine: ReturnType<typeof sweepQuarantine>;
  readonly collect: ReturnType<typeof collectOrphans>;
  readonly reconcile: ReturnType<typeof reconcileQuotas>;
  readonly maintenance: Maintenance;
  /** Makes what takes jobs from the queue. */
  openWorker(
    process: InspectionWorkerDeps['process'],
    onRefused: InspectionWorkerDeps['onRefused'],
  ): InspectionWorker;
  /** Of the inspections of this process. */
  readonly byteBudget: ByteBudget;
  readonly recordRefusedJob: ReturnType<typeof recordRefusedJob>;
}

/** Composes the use-cases of the workers. The database must log in as `lazaret_system`. */
export function composeWork(platform: Platform): WorkParts {
  const { config, clock, database, files, objects, scanner, bus, redis, logger, isTracing } = platform;
  const backlog = createBacklog(database);
  const queue = composeQueue(platform);
  const analyser = composeAnalyser(platform);
  const settings = config.inspection;
  const { retentionMs } = config.quarantine;
  const digests = createThreadedDigester();
  return {
    queue,
    analyser,
    backlog,
    inspect: composeInspection(platform, { digests, analyser }),
    planRescans: planRescans({ backlog, queue, scanner }),
    rescan: rescanCopy({ ...platform, digests, retentionMs, settings }),
    followDirect: objects.direct && followDirect({ ...platform, ...reportLosses(platform) }),
    relay: relayOutbox({ outbox: createOutbox(database), bus }),
    handOut: handOut({ waitingRoom: createWaitingRoom(database), queue, window: settings.queueWindow }),
    sweep: sweep({ ...platform, backlog, queue, retentionMs, deadLetterMs: settings.deadLetterMs }),
    sweepQuarantine: sweepQuarantine({ backlog, files, objects, scanner, bus, clock, digests }),
    collect: collectOrphans({ files, objects }),
    reconcile: reconcileQuotas({ files, backlog }),
    maintenance: createMaintenance(database),
    byteBudget: createByteBudget(settings.bytesInFlight),
    recordRefusedJob: recordRefusedJob({ files }),
    openWorker: (process, onRefused) =>
      createInspectionWorker({
        connection: redis.openJobs(),
        concurrency: settings.concurrency,
        lockMs: settings.leaseMs,
        process,
        onRefused,
        logger,
        isTracing,
      }),
  };
}

const composeQueue = ({ redis, logger, breakers, isTracing }: Platform): InspectionQueue =>
  createInspectionQueue({
    connection: redis.openJobs(),
    logger,
    isTracing,
    breaker: breakers.create({ ...QUEUE_BREAKER, probe: () => redis.commands.ping() }),
  });

function composeInspection(
  { config, metrics, ...platform }: Platform,
  parts: { readonly digests: Digester; readonly analyser: RunningAnalyser },
): WorkParts['inspect'] {
  const hints = createContentHints({ onLookup: (outcome) => metrics.contentLookups.inc({ outcome }) });
  const onShared = (sizeBytes: number): void =>
    metrics.deduplicatedBytes.inc({ way: 'inspection' }, sizeBytes);
  const settings = config.inspection;
  const { retentionMs } = config.quarantine;
  const types = createFileTypeDetector();
  const onKnown = (sizeBytes: number): void => metrics.knownBytes.inc(sizeBytes);
  return inspectFile({ ...platform, ...parts, types, hints, onShared, onKnown, settings, retentionMs });
}
