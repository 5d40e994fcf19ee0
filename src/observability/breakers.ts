import type { Gauge } from 'prom-client';
import { MisconfiguredError } from '../domain/errors.js';
import { createBreaker, type Breaker, type BreakerOptions, type BreakerState } from './breaker.js';

/** A breaker with its place in the metrics. */
export interface NamedBreakerOptions extends Omit<BreakerOptions, 'onState'> {
  /** How the metrics call what it stands before. @default the dependency */
  readonly label?: string;
  /** Which of several of the same kind: its place in the configuration, so that labels stay few. */
  readonly index?: number;
}

/** The breakers of a process, for its metrics and its readiness. */
export interface Breakers {
  /** Makes one. Each pair of dependency and index once. */
  create(options: NamedBreakerOptions): Breaker;
  /** The state of the breaker before a dependency that there is one of; `undefined` without a breaker. */
  stateOf(dependency: string): BreakerState | undefined;
}

/** As numbers of the gauge. */
const NUMBERS = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Told why a dependency refuses us when its breaker opens for that, and `undefined` when it closes. */
export type OnRefusal = (dependency: string, refusal: MisconfiguredError | undefined) => void;

/** Makes the place where all breakers of a process are known. */
export function createBreakers(gauge: Gauge<'dependency' | 'index'>, onRefusal?: OnRefusal): Breakers {
  const single = new Map<string, Breaker>();
  return {
    create({ index, label, ...options }) {
      const { dependency } = options;
      const labels = {
        dependency: label ?? dependency,
        ...(index === undefined ? {} : { index: String(index) }),
      };
      const onState = (state: BreakerState, lastFailure?: unknown): void => {
        gauge.set(labels, NUMBERS[state]);
        if (state === 'closed') onRefusal?.(dependency, undefined);
        else if (lastFailure instanceof MisconfiguredError) onRefusal?.(dependency, lastFailure);
      };
      const breaker = createBreaker({ ...options, onState });
      if (index === undefined) single.set(dependency, breaker);
      return breaker;
    },
    stateOf: (dependency) => single.get(dependency)?.state(),
  };
}
