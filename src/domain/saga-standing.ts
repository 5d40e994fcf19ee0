import {
  SAGAS,
  type LoggedStep,
  type SagaName,
  type StepKind,
  type StepName,
  type StepOutcome,
} from './saga.js';

/** Where a run of a saga stands. */
export const SAGA_STATES = ['RUNNING', 'DONE', 'COMPENSATING', 'COMPENSATED'] as const;

/** Where a run of a saga stands. */
export type SagaState = (typeof SAGA_STATES)[number];

/** What comes next in a saga, whoever does it: the process that is at it, a person, or the reconciler. */
export interface NextStep {
  readonly direction: 'DO' | 'UNDO';
  readonly step: StepName;
}

/** One run of a saga, as the log of its file tells it. */
export interface Saga {
  readonly name: SagaName;
  readonly run: string;
  readonly state: SagaState;
  /** `null` when it is over. */
  readonly next: NextStep | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** In the order in which they were written. */
  readonly steps: readonly LoggedStep[];
}

/** Reads the runs of all sagas out of the log of a file, in the order in which they began. */
export function sagasOf(log: readonly LoggedStep[]): readonly Saga[] {
  const runs = Map.groupBy(log, ({ saga, run }) => `${saga} ${run}`);
  return [...runs.values()].flatMap((steps) => {
    const [first] = steps;
    return first ? [sagaOf(first, steps)] : [];
  });
}

function sagaOf({ saga: name, run, at: startedAt }: LoggedStep, steps: readonly LoggedStep[]): Saga {
  const last = new Map(steps.map(({ step, outcome }) => [step, outcome]));
  const { state, next } = standingOf(name, last);
  const endedAt = next === null ? (steps.at(-1)?.at ?? null) : null;
  return { name, run, state, next, startedAt, endedAt, steps };
}

/**
 * Past its pivot a saga is carried to its end. Before it, what has failed is undone from the last step to the first.
 *
 * @param last - what each step came to last; absent where it was not begun
 */
function standingOf(
  name: SagaName,
  last: ReadonlyMap<StepName, StepOutcome>,
): { readonly state: SagaState; readonly next: NextStep | null } {
  const isOver = (step: StepName): boolean => ['DONE', 'COMPENSATED'].includes(last.get(step) ?? '');
  if (stepsOf(name, 'pivot').every((step) => last.get(step) === 'DONE')) {
    const retriable = stepsOf(name, 'retriable');
    const step = retriable.find((each) => !isOver(each));
    if (step) return { state: 'RUNNING', next: { direction: 'DO', step } };
    const wasEnded = retriable.some((each) => last.get(each) === 'COMPENSATED');
    return { state: wasEnded ? 'COMPENSATED' : 'DONE', next: null };
  }
  const hasFailed = [...last.values()].some((outcome) => outcome === 'FAILED' || outcome === 'COMPENSATED');
  if (!hasFailed) {
    const step = SAGAS[name].map((each) => each.name).find((each) => last.get(each) !== 'DONE');
    return { state: 'RUNNING', next: step ? { direction: 'DO', step } : null };
  }
  const step = stepsOf(name, 'compensatable').findLast(
    (each) => last.has(each) && last.get(each) !== 'COMPENSATED',
  );
  return step
    ? { state: 'COMPENSATING', next: { direction: 'UNDO', step } }
    : { state: 'COMPENSATED', next: null };
}

const stepsOf = (name: SagaName, kind: StepKind): readonly StepName[] =>
  SAGAS[name].filter((step) => step.kind === kind).map((step) => step.name);
