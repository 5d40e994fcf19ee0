import type { Clock } from '../../ports/clock.js';
import type { BreakerState } from '../../observability/breaker.js';
import type { Member } from './member.js';
import type { DefinitionsKind } from './self-test/self-test.js';

/** One clamd, as operators see it. Says nothing of where it is. */
export interface ClamdView {
  /** Its place in the configuration, from zero. */
  readonly index: number;
  /** `usable` gets files; `outdated` only while no other is usable; all others get none. */
  readonly state: 'usable' | 'outdated' | 'untested' | 'failed' | 'unreachable';
  readonly breaker: BreakerState;
  /** Why the self-test failed. */
  readonly reason?: string;
  readonly engine?: string;
  readonly definitions?: DefinitionsKind;
  readonly definitionsVersion?: string;
  /** `null` where they name no date. */
  readonly definitionsAgeSeconds?: number | null;
  /** Whether they are older than allowed. */
  readonly isOutdated: boolean;
  /** Larger streams, and larger members of archives, are UNSCANNABLE. Exact to half a mebibyte. */
  readonly maxFileBytes?: number;
  /** Files of this process that are in it. */
  readonly sessions: number;
}

/** How old definitions may be, and by which clock. */
export interface AgeLimit {
  readonly clock: Clock;
  readonly maxDefinitionsAgeMs: number;
}

/** Clocks may differ by so much, and clamd names no time zone. */
const MAX_AHEAD_MS = 86_400_000;

/** Age of the definitions in milliseconds; `null` where they name no date. */
function definitionsAgeMs(member: Member, { clock }: AgeLimit): number | null {
  const standing = member.standing();
  const builtAt = standing.kind === 'passed' ? standing.status.definitionsBuiltAt : null;
  return builtAt && clock.now().getTime() - builtAt.getTime();
}

/** Whether definitions are too old, or from a future that no clock explains. Those without a date never are. */
export function isOutdated(member: Member, limit: AgeLimit): boolean {
  const ageMs = definitionsAgeMs(member, limit);
  return ageMs !== null && (ageMs > limit.maxDefinitionsAgeMs || ageMs < -MAX_AHEAD_MS);
}

/** Shows a clamd. */
export function viewOf(member: Member, index: number, limit: AgeLimit): ClamdView {
  const standing = member.standing();
  const common = {
    index,
    state: stateOf(member, limit),
    breaker: member.breakerState(),
    isOutdated: isOutdated(member, limit),
    sessions: member.load.sessions(),
  };
  if (standing.kind === 'untested') return common;
  if (standing.kind === 'failed') return { ...common, reason: standing.wrong };
  const ageMs = definitionsAgeMs(member, limit);
  return {
    ...common,
    engine: standing.status.engine,
    definitions: standing.definitions,
    definitionsVersion: standing.status.definitionsVersion,
    definitionsAgeSeconds: ageMs === null ? null : Math.max(0, Math.round(ageMs / 1000)),
    maxFileBytes: standing.border.passedBytes,
  };
}

function stateOf(member: Member, limit: AgeLimit): ClamdView['state'] {
  if (member.breakerState() !== 'closed' || member.failures() > 0) return 'unreachable';
  const { kind } = member.standing();
  if (kind !== 'passed') return kind;
  return isOutdated(member, limit) ? 'outdated' : 'usable';
}
