import { describe, expect, it } from 'vitest';
import { FILE_STATES } from '../../../src/domain/file-state.js';
import { entriesOfChange } from '../../../src/domain/saga-entry.js';
import { remainingOf } from '../../../src/domain/saga-remaining.js';
import { sagasOf } from '../../../src/domain/saga-standing.js';
import {
  SAGAS,
  type LoggedStep,
  type SagaName,
  type StepName,
  type StepOutcome,
} from '../../../src/domain/saga.js';
import { makeFile } from '../../support/make-file.js';

type Line = readonly [StepName, StepOutcome];

const logOf = (saga: SagaName, lines: readonly Line[], run = '1'): LoggedStep[] =>
  lines.map(([step, outcome], index) => ({
    ...{ saga, run, step, outcome, cause: null, correlationId: 'c' },
    at: new Date(Date.UTC(2026, 0, 1) + index),
  }));

/** State and next step of the only run. */
const standing = (saga: SagaName, ...lines: Line[]): string => {
  const [only] = sagasOf(logOf(saga, lines));
  const next = only?.next ? `${only.next.direction} ${only.next.step}` : 'nothing';
  return `${String(only?.state)}: ${next}`;
};

describe('sagas', () => {
  it('have one pivot: what may be undone stands before it, what is repeated until it is done behind it', () => {
    for (const steps of Object.values(SAGAS)) {
      const kinds = steps.map(({ kind }) => kind).join(' ');
      expect(kinds).toMatch(/^(compensatable )*pivot( retriable)*$/);
      for (const { undo } of steps) expect(undo).toMatch(/^[A-Z].+\.$/);
    }
  });

  it('go forward while nothing has failed', () => {
    expect(standing('COMPLETION', ['OPEN', 'DONE'])).toBe('RUNNING: DO HAND_OVER');
    expect(standing('INSPECTION', ['SEAL', 'STARTED'])).toBe('RUNNING: DO SEAL');
    expect(standing('INSPECTION', ['SEAL', 'STARTED'], ['SEAL', 'DONE'])).toBe('RUNNING: DO DECIDE');
    expect(standing('RELEASE', ['REQUEST', 'DONE'], ['APPROVE', 'STARTED'])).toBe('RUNNING: DO APPROVE');
  });

  it('are undone from before the pivot', () => {
    expect(standing('INSPECTION', ['SEAL', 'STARTED'], ['SEAL', 'FAILED'])).toBe('COMPENSATING: UNDO SEAL');
    expect(standing('INSPECTION', ['SEAL', 'FAILED'], ['SEAL', 'COMPENSATED'])).toBe('COMPENSATED: nothing');
    expect(standing('COMPLETION', ['OPEN', 'DONE'], ['OPEN', 'FAILED'])).toBe('COMPENSATING: UNDO OPEN');
  });

  it('are finished from the pivot on, whatever failed before or since', () => {
    const decided: Line[] = [
      ['SEAL', 'FAILED'],
      ['SEAL', 'COMPENSATED'],
      ['DECIDE', 'DONE'],
    ];
    expect(standing('INSPECTION', ...decided)).toBe('RUNNING: DO CLEAN_UP');
    expect(standing('INSPECTION', ...decided, ['CLEAN_UP', 'FAILED'])).toBe('RUNNING: DO CLEAN_UP');
    expect(standing('INSPECTION', ...decided, ['CLEAN_UP', 'DONE'])).toBe('DONE: nothing');
    expect(standing('QUARANTINE', ['ENTER', 'DONE'], ['MOVE', 'COMPENSATED'], ['CLEAN_UP', 'DONE'])).toBe(
      'COMPENSATED: nothing',
    );
  });

  it('are told apart by their runs, in the order in which they began, and end with their last line', () => {
    const first = logOf(
      'INSPECTION',
      [
        ['SEAL', 'STARTED'],
        ['SEAL', 'FAILED'],
        ['SEAL', 'COMPENSATED'],
      ],
      '1',
    );
    const second = logOf('INSPECTION', [['SEAL', 'STARTED']], '2');
    const sagas = sagasOf([...first.slice(0, 2), ...second, ...first.slice(2)]);
    expect(sagas.map(({ run, state, endedAt }) => [run, state, endedAt])).toEqual([
      ['1', 'COMPENSATED', first.at(-1)?.at],
      ['2', 'RUNNING', null],
    ]);
  });

  it('write something about every change of state but the first byte', () => {
    const silent = FILE_STATES.filter((state) => entriesOfChange(null, makeFile({ state })).length === 0);
    expect(silent).toEqual(['RECEIVING']);
    expect(entriesOfChange('CLEAN', makeFile({ state: 'CLEAN' }))).toEqual([]);
  });

  it('leave infected content to be moved until the log says that it has arrived', () => {
    const infected = makeFile({ state: 'INFECTED' });
    const entered: Line[] = [
      ['ENTER', 'DONE'],
      ['MOVE', 'STARTED'],
      ['CLEAN_UP', 'STARTED'],
    ];
    expect(remainingOf(infected, [])).toEqual(['MOVE', 'REMOVE']);
    expect(remainingOf(infected, logOf('QUARANTINE', entered))).toEqual(['MOVE', 'REMOVE']);
    expect(remainingOf(infected, logOf('QUARANTINE', [...entered, ['MOVE', 'DONE']]))).toEqual(['REMOVE']);
    expect(remainingOf(makeFile({ state: 'DELETED' }), logOf('QUARANTINE', entered))).toEqual(['REMOVE']);
  });
});
