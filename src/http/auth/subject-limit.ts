import { LRUCache } from 'lru-cache';
import { fault, type Outcome } from '../../domain/errors.js';
import { ok } from '../../domain/result.js';

/** How much one user may ask. */
export interface SubjectLimitOptions {
  /** Requests of one subject of one tenant in a window. @default 10000 */
  readonly requests?: number;
  /** @default 10000 */
  readonly windowMs?: number;
}

/** Users that are counted at the same time; the least recent one is forgotten. */
const MAX_COUNTED_SUBJECTS = 10_000;

/**
 * Counts what each user asks in fixed windows, whatever address it comes from.
 *
 * @returns a function that admits or refuses one more request of a user, with RATE_LIMITED
 */
export function createSubjectLimit(
  options: SubjectLimitOptions = {},
): (tenantId: string, subject: string) => Outcome<undefined> {
  const { requests = 10_000, windowMs = 10_000 } = options;
  const counts = new LRUCache<string, { used: number }>({ max: MAX_COUNTED_SUBJECTS, ttl: windowMs });
  return (tenantId, subject) => {
    const key = `${tenantId} ${subject}`;
    const count = counts.get(key);
    if (!count) counts.set(key, { used: 1 });
    else if (count.used >= requests) {
      return fault('RATE_LIMITED', { retryAfterMs: Math.ceil(counts.getRemainingTTL(key)) });
    } else count.used += 1;
    return ok(undefined);
  };
}
