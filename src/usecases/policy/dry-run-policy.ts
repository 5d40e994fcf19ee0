import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import { dryRun, type DryRun } from '../../domain/policy-dry-run.js';
import { ok } from '../../domain/result.js';
import type { FileStore } from '../../ports/file-store.js';
import type { ReadPolicyDeps } from './read-policy.js';
import { wishedRules, type OtherRules } from './wished-rules.js';

/** Which rules to try, and on how many files. */
export interface DryRunInput extends OtherRules {
  /** 1 to 1,000. */
  readonly last: number;
}

/** How many files would have come from one outcome to another. */
export interface OutcomeCount {
  readonly from: DryRun['outcome'];
  /** `null` for those whose evidence does not say. */
  readonly to: DryRun['outcome'] | null;
  readonly count: number;
}

/** What other rules would have made of the last files. */
export interface DryRunReport {
  /** Files that were looked at: those decided over last, or fewer where there are no more. */
  readonly examined: number;
  readonly counts: readonly OutcomeCount[];
  /** Those whose outcome or reason would be another one, newest first. */
  readonly different: readonly DryRun[];
  /** Those that would have to be inspected again, newest first. */
  readonly undecidable: readonly DryRun[];
}

/** Most files of one run. */
export const MAX_DRY_RUN_FILES = 1_000;

/**
 * What other rules would have decided over the files that were decided over last. Changes nothing.
 *
 * @returns BAD_USER_INPUT with the field at fault
 */
export const dryRunPolicy =
  ({ files }: ReadPolicyDeps) =>
  async (actor: Actor, input: DryRunInput): Promise<Outcome<DryRunReport>> => {
    const allowed = authorise(actor, 'policy:read');
    if (!allowed.ok) return allowed;
    const { last } = input;
    if (!Number.isInteger(last) || last < 1 || last > MAX_DRY_RUN_FILES) {
      const message = `A run looks at 1 to ${String(MAX_DRY_RUN_FILES)} files.`;
      return fault('BAD_USER_INPUT', { message, field: 'last' });
    }
    return run(files, actor, input);
  };

const run = (files: FileStore, actor: Actor, input: DryRunInput): Promise<Outcome<DryRunReport>> =>
  files.transact(actor, async (tx) => {
    const rules = await wishedRules(tx, await tx.currentPolicy(), input);
    if (!rules.ok) return rules;
    const decided = await tx.lastDecided(input.last);
    return ok(
      toReport(decided.flatMap((file) => (file.verdict ? [dryRun(file, file.verdict, rules.value)] : []))),
    );
  });

function toReport(runs: readonly DryRun[]): DryRunReport {
  const counts = new Map<string, OutcomeCount>();
  for (const { outcome: from, wouldBe } of runs) {
    const to = wouldBe?.outcome ?? null;
    const key = `${from}>${to ?? ''}`;
    counts.set(key, { from, to, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return {
    examined: runs.length,
    counts: [...counts.values()].sort((a, b) => b.count - a.count),
    different: runs.filter(isDifferent),
    undecidable: runs.filter(({ wouldBe }) => wouldBe === null),
  };
}

const isDifferent = ({ file, outcome, wouldBe }: DryRun): boolean =>
  wouldBe !== null && (wouldBe.outcome !== outcome || wouldBe.reason !== (file.verdict?.reason ?? null));
