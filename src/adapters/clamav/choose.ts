import { TransientError } from '../../domain/errors.js';
import type { Member } from './member.js';
import { rank } from './rank.js';
import { withDeadline } from '../common/with-deadline.js';

/** Has a clamd asked that may be asked; another one when it fails. Throws `TransientError` when none is left. */
export type Choose = <T>(ask: (member: Member) => Promise<T>, signal: AbortSignal | undefined) => Promise<T>;

/**
 * Makes the choice between clamds.
 *
 * @param patienceMs - longest wait for one that nobody knows yet
 */
export function createChoice(
  members: readonly Member[],
  patienceMs: number,
  isOutdated: (member: Member) => boolean,
): Choose {
  let turn = 0;
  const order = (): readonly Member[] => {
    const usable = members.filter((member) => member.isUsable());
    const candidates = usable.map((member) => ({
      member,
      isOutdated: isOutdated(member),
      failures: member.failures(),
      sessions: member.load.sessions(),
      bytes: member.load.bytes(),
    }));
    return rank(candidates, turn++).map(({ member }) => member);
  };
  return async (ask, signal) => {
    await prepare(members, patienceMs, isOutdated);
    const causes: unknown[] = [];
    for (const member of order()) {
      try {
        return await ask(member);
      } catch (error) {
        if (signal?.aborted) throw toTransient(error);
        causes.push(error);
      }
    }
    throw new TransientError('scanner', 'No clamd can be used', { cause: new AggregateError(causes) });
  };
}

/**
 * Has every clamd tested that gets no files for now. Only one that nobody knows yet is waited for, and only while there is
 * no other: after an outage the test goes on in the background, and whoever comes meanwhile is told at once.
 */
async function prepare(
  members: readonly Member[],
  patienceMs: number,
  isOutdated: (member: Member) => boolean,
): Promise<void> {
  const isGood = (member: Member): boolean => member.isUsable() && !isOutdated(member);
  const idle = members.filter((member) => !member.isUsable());
  const unknown = idle.filter(isUnknown);
  const tests = new Map(idle.map((member) => [member, member.check()]));
  if (unknown.length === 0 || members.some(isGood)) return;
  const firstGood = Promise.any(
    unknown.map(async (member) => {
      await tests.get(member);
      if (!isGood(member)) throw new TransientError('scanner', 'clamd is not as good as another may be');
    }),
  );
  const late = (): Error => new TransientError('scanner', 'clamd takes long for its self-test');
  await withDeadline(firstGood, patienceMs, late).catch(() => undefined);
}

const isUnknown = (member: Member): boolean =>
  member.standing().kind === 'untested' && member.failures() === 0 && member.breakerState() === 'closed';

const toTransient = (error: unknown): TransientError =>
  error instanceof TransientError
    ? error
    : new TransientError('scanner', 'clamd could not be asked', { cause: error });
