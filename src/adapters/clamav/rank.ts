/** What the choice between usable clamds depends on. */
export interface Candidate {
  /** Whether its definitions are older than allowed. */
  readonly isOutdated: boolean;
  /** Calls in a row that failed. */
  readonly failures: number;
  readonly sessions: number;
  readonly bytes: number;
}

/**
 * In which order to try: definitions that are up to date before any that are not, then what did not fail of late, then
 * the fewest sessions, then the fewest bytes. Equals take turns.
 *
 * @param turn - grows by one with every choice
 */
export function rank<T extends Candidate>(candidates: readonly T[], turn: number): readonly T[] {
  const start = candidates.length === 0 ? 0 : turn % candidates.length;
  const turned = [...candidates.slice(start), ...candidates.slice(0, start)];
  return turned.sort(
    (a, b) =>
      Number(a.isOutdated) - Number(b.isOutdated) ||
      a.failures - b.failures ||
      a.sessions - b.sessions ||
      a.bytes - b.bytes,
  );
}
