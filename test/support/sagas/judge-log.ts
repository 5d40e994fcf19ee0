import { sagasOf, type Saga } from '../../../src/domain/saga-standing.js';
import { SAGAS, type LoggedStep, type SagaName, type StepName } from '../../../src/domain/saga.js';
import type { FileId } from '../../../src/domain/ids.js';

/** A change of state, as the history of the tenant has it. */
export interface Change {
  readonly fileId: FileId;
  readonly version: number;
  readonly from: string | null;
  readonly to: string;
}

/** Steps that act outside the database or wait for somebody: they are announced before they are done. */
const ANNOUNCED: ReadonlySet<string> = new Set([
  ...[
    'COMPLETION ASSEMBLE',
    'INSPECTION SEAL',
    'INSPECTION CLEAN_UP',
    'QUARANTINE MOVE',
    'QUARANTINE CLEAN_UP',
  ],
  ...['RELEASE APPROVE', 'RELEASE END', 'DELETION REMOVE'],
]);

/** What is wrong with the log of a file that has ended and was cleaned up. */
export function judgeLog(log: readonly LoggedStep[], changes: readonly Change[]): string[] {
  const sagas = sagasOf(log);
  return [...sagas.flatMap(judgeSaga), ...judgeAgainst(changes, log)];
}

function judgeSaga(saga: Saga): string[] {
  const { name, run, state, next, steps } = saga;
  const about = `${name} ${run}`;
  const found = next === null ? [] : [`${about} is ${state}, and ${next.direction} ${next.step} is left`];
  const places = SAGAS[name].map((step) =>
    steps.findIndex((line) => line.step === step.name && line.outcome === 'DONE'),
  );
  const done = places.filter((place) => place >= 0);
  if (done.some((place, index) => place < (done[index - 1] ?? -1))) {
    found.push(`${about} was done out of order`);
  }
  for (const { name: step } of SAGAS[name]) found.push(...judgeStep(about, name, step, steps));
  return found;
}

function judgeStep(about: string, name: SagaName, step: StepName, steps: readonly LoggedStep[]): string[] {
  const outcomes = steps.filter((line) => line.step === step).map(({ outcome }) => outcome);
  const [first] = outcomes;
  const found: string[] = [];
  if (first && ANNOUNCED.has(`${name} ${step}`) && first !== 'STARTED') {
    found.push(`${about}: ${step} was never announced`);
  }
  for (const end of ['DONE', 'COMPENSATED'] as const) {
    if (outcomes.filter((outcome) => outcome === end).length > 1) {
      found.push(`${about}: ${step} is ${end} twice`);
    }
  }
  const isUndone = outcomes.includes('COMPENSATED');
  if (isUndone && outcomes.at(-1) !== 'COMPENSATED') {
    found.push(`${about}: ${step} goes on after it was undone`);
  }
  return found;
}

/** Every change of state has its pivot in the log, and every pivot its change. */
function judgeAgainst(changes: readonly Change[], log: readonly LoggedStep[]): string[] {
  const happened = changes.flatMap(({ version, from, to }) => pivotsOf(version, from, to));
  const logged = log
    .filter(({ saga, step, outcome }) => outcome === 'DONE' && PIVOTS.has(`${saga} ${step}`))
    .map(({ saga, step, run }) => `${saga} ${step}${BY_VERSION.has(saga) ? ` ${run}` : ''}`);
  const [a, b] = [happened.toSorted().join(', '), logged.toSorted().join(', ')];
  return a === b ? [] : [`the log has ${b}, what happened was ${a}`];
}

const PIVOTS: ReadonlySet<string> = new Set([
  'COMPLETION HAND_OVER',
  'INSPECTION DECIDE',
  'QUARANTINE ENTER',
  'DELETION END',
]);
const BY_VERSION: ReadonlySet<SagaName> = new Set(['QUARANTINE', 'DELETION']);

function pivotsOf(version: number, from: string | null, to: string): string[] {
  const pivots: string[] = [];
  if (to === 'SCANNING' && from !== 'UNSCANNABLE') pivots.push('COMPLETION HAND_OVER');
  if (from === 'SCANNING') pivots.push('INSPECTION DECIDE');
  if (to === 'INFECTED') pivots.push(`QUARANTINE ENTER ${String(version)}`);
  if (['CANCELLED', 'EXPIRED', 'DELETED'].includes(to)) pivots.push(`DELETION END ${String(version)}`);
  return pivots;
}
