import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import type { OnRefusal } from './breakers.js';

/** Tells operators, once each time, that a dependency refuses us and why: nobody else can mend it. */
export function reportRefusals({ dependencyRefusing }: Metrics, logger: Logger): OnRefusal {
  const reasons = new Map<string, string>();
  return (dependency, refusal) => {
    const before = reasons.get(dependency);
    if (before === refusal?.reason) return;
    if (before !== undefined) dependencyRefusing.set({ dependency, reason: before }, 0);
    if (!refusal) {
      reasons.delete(dependency);
      logger.info({ dependency }, 'a dependency takes us again');
      return;
    }
    const { reason } = refusal;
    reasons.set(dependency, reason);
    dependencyRefusing.set({ dependency, reason }, 1);
    logger.error(
      { err: refusal, dependency, reason },
      'a dependency refuses us; work waits until it is mended',
    );
  };
}
