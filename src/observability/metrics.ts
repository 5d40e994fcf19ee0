import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { QuotaDimension } from '../domain/quota.js';
import { createAnalyserMetrics, type AnalyserMetrics } from './analyser-metrics.js';
import { createClamdGauges, type ClamdReading } from './clamd-gauges.js';
import { createCollectorMetrics } from './collector-metrics.js';
import { createReadGauge, describe } from './describe-metric.js';
import { createInspectionMetrics, type InspectionMetrics } from './inspection-metrics.js';
import { createQueueMetrics } from './queue-metrics.js';
import { createPoolGauges, type PoolState } from './pool-gauges.js';
import { createTransactionCounters, type TransactionCount } from './transaction-metrics.js';

/**
 * Every metric of the product. Labels have few values by design: a route's pattern, never its path; an
 * operation's type, never its name; and no tenant, user or file anywhere.
 */
export interface Metrics extends InspectionMetrics, AnalyserMetrics {
  readonly registry: Registry;
  readonly httpDurationSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly httpInFlight: Gauge;
  readonly tokenVerifications: Counter<'outcome'>;
  readonly jwksFetches: Counter<'outcome'>;
  readonly graphqlOperations: Counter<'type' | 'outcome'>;
  readonly graphqlDurationSeconds: Histogram<'type'>;
  /** Changes of state; `from` is `NONE` for a new upload. */
  readonly uploadTransitions: Counter<'from' | 'to'>;
  readonly lostUploads: Counter;
  readonly lostFragments: Counter;
  readonly receivedBytes: Counter<'protocol'>;
  readonly servedBytes: Counter;
  /** Bytes that were not stored again, or not even sent: `way` is `inspection` or `possession`. */
  readonly deduplicatedBytes: Counter<'way'>;
  readonly knownBytes: Counter;
  /** Looks into the memory of where contents are: `hit` or `miss`. */
  readonly contentLookups: Counter<'outcome'>;
  /** Answered questions about possession: `stored` or `send-bytes`. */
  readonly possessionProofs: Counter<'outcome'>;
  /** Jobs by state: waiting, active, delayed, failed. */
  readonly queueDepth: Gauge<'queue' | 'state'>;
  /** Inspections that were given up. */
  readonly deadLettersAdded: Counter<'cause'>;
  /** Those that wait for a decision. */
  readonly deadLettersOpen: Gauge<'cause'>;
  /** Age of the oldest of those. */
  readonly oldestDeadLetterSeconds: Gauge;
  /** Committed changes that are not published yet. */
  readonly outboxUnpublished: Gauge;
  /** Files that wait for their verdict, in the queue or in the backlog behind it. */
  readonly filesScanning: Gauge;
  /** Age of the oldest file that waits for its verdict. */
  readonly oldestScanningSeconds: Gauge;
  /** `transport` is `websocket`, `sse`, `upload` or `download`. */
  readonly connections: Gauge<'transport'>;
  /** 0 closed, 1 half open, 2 open; `index` tells apart several of a kind by their place in the configuration. */
  readonly breakerState: Gauge<'dependency' | 'index'>;
  /** 1 while a dependency refuses us, by the reason that it gives. */
  readonly dependencyRefusing: Gauge<'dependency' | 'reason'>;
  /** What nobody refers to, by what it was for. */
  readonly orphansFound: Counter<'kind'>;
  readonly orphansRemoved: Counter<'kind'>;
  readonly orphanBytesRemoved: Counter<'kind'>;
  /** Seen by the last run of the collector, and not ours to judge. */
  readonly foreignObjects: Gauge;
  /** End of the last complete run of the collector, in seconds since 1970. */
  readonly collectorLastRun: Gauge;
  /** By how much usage had to be corrected. */
  readonly quotaDrift: Readonly<Record<QuotaDimension, Counter>>;
  /** Shows a connection pool on every scrape. */
  watchPool(pool: string, state: () => PoolState): void;
  /** Counts a transaction of the database that has ended. */
  readonly countTransaction: (transaction: TransactionCount) => void;
  /** Shows the clamds on every scrape, in the order of the configuration. */
  watchClamds(read: () => readonly ClamdReading[]): void;
}

const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600];

/** Makes the metrics of a process in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...createHttpMetrics(registry),
    ...createUploadMetrics(registry),
    ...createContentMetrics(registry),
    ...createInspectionMetrics(registry),
    ...createWorkMetrics(registry),
    ...createAnalyserMetrics(registry),
    ...createQueueMetrics(registry),
    ...createCollectorMetrics(registry),
    watchPool: createPoolGauges(registry),
    countTransaction: createTransactionCounters(registry),
    watchClamds: createClamdGauges(registry),
  };
}

function createHttpMetrics(registry: Registry) {
  return {
    httpDurationSeconds: new Histogram({
      ...describe(registry, 'http_request_duration_seconds', 'Duration of HTTP requests.'),
      labelNames: ['method', 'route', 'status'] as const,
      buckets: HTTP_BUCKETS,
    }),
    httpInFlight: new Gauge(describe(registry, 'http_requests_in_flight', 'HTTP requests being answered.')),
    tokenVerifications: new Counter({
      ...describe(registry, 'token_verifications_total', 'Access tokens by outcome of their verification.'),
      labelNames: ['outcome'] as const,
    }),
    jwksFetches: new Counter({
      ...describe(registry, 'jwks_fetches_total', 'Fetches of the issuer metadata and keys.'),
      labelNames: ['outcome'] as const,
    }),
    graphqlOperations: new Counter({
      ...describe(registry, 'graphql_operations_total', 'GraphQL operations.'),
      labelNames: ['type', 'outcome'] as const,
    }),
    graphqlDurationSeconds: new Histogram({
      ...describe(registry, 'graphql_operation_duration_seconds', 'Duration of GraphQL operations.'),
      labelNames: ['type'] as const,
      buckets: HTTP_BUCKETS,
    }),
    connections: new Gauge({
      ...describe(registry, 'connections', 'Long-lived connections.'),
      labelNames: ['transport'] as const,
    }),
  };
}

const createUploadMetrics = (registry: Registry) => ({
  uploadTransitions: new Counter({
    ...describe(registry, 'upload_transitions_total', 'Changes of state of uploads.'),
    labelNames: ['from', 'to'] as const,
  }),
  lostUploads: new Counter(
    describe(registry, 'lost_uploads_total', 'Open uploads that the store has lost, and that ended so.'),
  ),
  lostFragments: new Counter(
    describe(registry, 'lost_fragments_total', 'Stretches of open uploads that the store has lost.'),
  ),
  receivedBytes: new Counter({
    ...describe(registry, 'received_bytes_total', 'Bytes received from clients.'),
    labelNames: ['protocol'] as const,
  }),
  servedBytes: new Counter(
    describe(registry, 'served_bytes_total', 'Bytes of content sent to clients, out of the quarantine too.'),
  ),
});

const createContentMetrics = (registry: Registry) => ({
  deduplicatedBytes: new Counter({
    ...describe(registry, 'deduplicated_bytes_total', 'Bytes that were stored already.'),
    labelNames: ['way'] as const,
  }),
  knownBytes: new Counter(
    describe(
      registry,
      'known_bytes_total',
      'Bytes whose scan was spared, for the same definitions had judged them.',
    ),
  ),
  contentLookups: new Counter({
    ...describe(registry, 'content_lookups_total', 'Looks into the memory of where contents are.'),
    labelNames: ['outcome'] as const,
  }),
  possessionProofs: new Counter({
    ...describe(registry, 'possession_proofs_total', 'Answers to questions about possession by outcome.'),
    labelNames: ['outcome'] as const,
  }),
});

const createWorkMetrics = (registry: Registry) => ({
  outboxUnpublished: createReadGauge(registry, 'outbox_unpublished', 'Changes not published yet.'),
  filesScanning: createReadGauge(registry, 'files_scanning', 'Files that wait for their verdict.'),
  oldestScanningSeconds: createReadGauge(
    registry,
    'oldest_scanning_seconds',
    'Age of the oldest file that waits for its verdict.',
  ),
  breakerState: new Gauge({
    ...describe(registry, 'breaker_state', 'Circuit breakers: 0 closed, 1 half open, 2 open.'),
    labelNames: ['dependency', 'index'] as const,
  }),
  dependencyRefusing: new Gauge({
    ...describe(
      registry,
      'dependency_refusing',
      '1 while a dependency refuses us: somebody must mend our access.',
    ),
    labelNames: ['dependency', 'reason'] as const,
  }),
});
