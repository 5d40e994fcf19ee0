import { LRUCache } from 'lru-cache';
import type { BreakerState } from './breaker.js';

/** Asks one dependency whether it works. */
export interface HealthCheck {
  /** Which dependency, e.g. `postgres`. */
  readonly dependency: string;
  /** Whether the process cannot do its work without it; others are shown and do not fail readiness. */
  readonly critical: boolean;
  /** Resolves when the dependency works, with what operators should see; throws otherwise. */
  check(signal: AbortSignal): Promise<string | CheckAnswer | undefined>;
  /** What the breaker before it does, where there is one. */
  breaker?(): BreakerState | undefined;
}

/** What a check found where it is more than yes or no. */
export interface CheckAnswer {
  /** `degraded`: it works, but not all of it. */
  readonly status: 'up' | 'degraded' | 'down';
  readonly detail: string;
  /** The parts of it, where it has some. Names no addresses: probes are open to everybody who reaches the port. */
  readonly instances?: readonly object[];
}

/** The state of one dependency. */
export interface DependencyHealth {
  readonly status: CheckAnswer['status'];
  readonly critical: boolean;
  /** How long the check took, in milliseconds. */
  readonly latencyMs: number;
  readonly detail?: string;
  readonly instances?: CheckAnswer['instances'];
  readonly breaker?: BreakerState;
}

/** The state of a process. */
export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly dependencies: Readonly<Record<string, DependencyHealth>>;
}

/** The three questions that an orchestrator asks. */
export interface Health {
  /** Whether the process runs at all; asks no dependency, since a restart would mend none. */
  live(): HealthReport;
  /** Whether the process should get work now. */
  ready(): Promise<HealthReport>;
  /** Whether the process has been ready once. */
  started(): Promise<HealthReport>;
  /** From now on not ready: the process is about to end, and balancers should look elsewhere. */
  drain(): void;
}

/** What health is made of. */
export interface HealthOptions {
  readonly checks: readonly HealthCheck[];
  /** Longest wait for one check. @default 2000 */
  readonly deadlineMs?: number;
  /** How long an answer is used again, so that probes cost the dependencies little. @default 1000 */
  readonly cacheMs?: number;
}

/** Makes the health of a process from the checks of its dependencies. */
export function createHealth(options: HealthOptions): Health {
  const { checks, deadlineMs = 2_000, cacheMs = 1_000 } = options;
  const cache = new LRUCache<'report', HealthReport>({
    max: 1,
    ttl: cacheMs,
    fetchMethod: () => runChecks(checks, deadlineMs),
  });
  const current = async (): Promise<HealthReport> =>
    cacheMs === 0 ? runChecks(checks, deadlineMs) : ((await cache.fetch('report')) ?? UNAVAILABLE);
  let isDraining = false;
  let hasStarted = false;
  const ready = async (): Promise<HealthReport> => {
    const report = await current();
    hasStarted ||= report.status !== 'unavailable';
    return isDraining ? { ...report, status: 'unavailable' } : report;
  };
  return {
    live: () => OK,
    ready,
    started: () => (hasStarted ? Promise.resolve(OK) : ready()),
    drain: () => {
      isDraining = true;
    },
  };
}

const OK: HealthReport = { status: 'ok', dependencies: {} };
const UNAVAILABLE: HealthReport = { status: 'unavailable', dependencies: {} };

async function runChecks(checks: readonly HealthCheck[], deadlineMs: number): Promise<HealthReport> {
  const entries = await Promise.all(
    checks.map(async (check) => [check.dependency, await runCheck(check, deadlineMs)] as const),
  );
  const ill = entries.map(([, health]) => health).filter((health) => health.status !== 'up');
  const isUnavailable = ill.some((health) => health.critical && health.status === 'down');
  const status = isUnavailable ? 'unavailable' : ill.length > 0 ? 'degraded' : 'ok';
  return { status, dependencies: Object.fromEntries(entries) };
}

/** Probes are open to everybody who reaches the port, so a failure says no more than that it is one. */
async function runCheck(check: HealthCheck, deadlineMs: number): Promise<DependencyHealth> {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(deadlineMs);
  const outcome = await Promise.race([attempt(check, signal), expiry(signal)]);
  const latencyMs = Math.round(performance.now() - startedAt);
  const breaker = check.breaker?.();
  return { critical: check.critical, latencyMs, ...outcome, ...(breaker && { breaker }) };
}

type CheckOutcome = Pick<DependencyHealth, 'status' | 'detail' | 'instances'>;

async function attempt(check: HealthCheck, signal: AbortSignal): Promise<CheckOutcome> {
  try {
    const answer = await check.check(signal);
    if (typeof answer === 'object') return answer;
    return answer === undefined ? { status: 'up' } : { status: 'up', detail: answer };
  } catch (error) {
    return { status: 'down', detail: isPublic(error) ? error.message : 'does not work' };
  }
}

const expiry = (signal: AbortSignal): Promise<CheckOutcome> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve({ status: 'down', detail: 'no answer in time' });
    });
  });

/** A check fails with this when operators should read the reason on the probe; it names no internals. */
export class UnhealthyError extends Error {
  override readonly name = 'UnhealthyError';
}

const isPublic = (error: unknown): error is UnhealthyError => error instanceof UnhealthyError;
