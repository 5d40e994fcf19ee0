/**
 * What can be done about a step that was done, in the terms of sagas (Garcia-Molina and Salem 1987; the three kinds are
 * Richardson's):
 *
 * - `compensatable`: may have to be undone, and `undo` says how;
 * - `pivot`: one transaction, after which there is no way back. Needs no undoing: before it nothing was done;
 * - `retriable`: follows the pivot and is repeated until it is done. Needs no undoing: it only carries out what was decided.
 */
export type StepKind = 'compensatable' | 'pivot' | 'retriable';

interface Step {
  readonly name: string;
  readonly kind: StepKind;
  /** What undoes the step, or why nothing has to. */
  readonly undo: string;
}

/** All sagas in the order in which a file meets them, with their steps in order. Each has one pivot. */
export const SAGAS = {
  COMPLETION: [
    {
      name: 'OPEN',
      kind: 'compensatable',
      undo: 'The upload in the store is aborted with all that has arrived, and the quota is given back.',
    },
    { name: 'HAND_OVER', kind: 'pivot', undo: 'One transaction: all parts are there, or nothing changes.' },
    {
      name: 'ASSEMBLE',
      kind: 'retriable',
      undo: 'A verdict that comes without the bytes ends it; the clean-up after the verdict removes the parts.',
    },
  ],
  INSPECTION: [
    { name: 'SEAL', kind: 'compensatable', undo: 'The sealed copy of the attempt is removed.' },
    { name: 'DECIDE', kind: 'pivot', undo: 'One transaction: verdict and sealed copy, or neither.' },
    { name: 'CLEAN_UP', kind: 'retriable', undo: 'Removes only what nothing refers to any more.' },
  ],
  QUARANTINE: [
    { name: 'ENTER', kind: 'pivot', undo: 'One transaction with the verdict.' },
    {
      name: 'MOVE',
      kind: 'retriable',
      undo: 'A deletion that comes first ends it, and removes what has been moved.',
    },
    { name: 'CLEAN_UP', kind: 'retriable', undo: 'Removes only what lies in the quarantine by now.' },
  ],
  RELEASE: [
    { name: 'REQUEST', kind: 'compensatable', undo: 'The request is refused, taken back or over.' },
    { name: 'APPROVE', kind: 'pivot', undo: 'What was read cannot be made unread.' },
    { name: 'END', kind: 'retriable', undo: 'It is the end of what was approved.' },
  ],
  DELETION: [
    {
      name: 'END',
      kind: 'pivot',
      undo: 'One transaction: state, quota and references to copies, or nothing.',
    },
    { name: 'REMOVE', kind: 'retriable', undo: 'Removes only what nothing refers to any more.' },
  ],
} as const satisfies Readonly<Record<string, readonly Step[]>>;

/** Names a saga. */
export type SagaName = keyof typeof SAGAS;

/** Names a step: of one saga, or of any. */
export type StepName<Name extends SagaName = SagaName> = {
  [N in Name]: (typeof SAGAS)[N][number]['name'];
}[Name];

/** The sagas. */
export const SAGA_NAMES = Object.keys(SAGAS) as readonly SagaName[];

/** The steps of all sagas, each name once. */
export const STEP_NAMES: readonly StepName[] = [
  ...new Set(SAGA_NAMES.flatMap((saga) => SAGAS[saga].map(({ name }) => name))),
];

/**
 * What became of a step. `STARTED` is written before the first effect outside the database, so that a crash leaves no
 * effect that the log does not know; a step that is one transaction is only ever `DONE`.
 */
export const STEP_OUTCOMES = ['STARTED', 'DONE', 'FAILED', 'COMPENSATED'] as const;

/** What became of a step. */
export type StepOutcome = (typeof STEP_OUTCOMES)[number];

/** Why a step failed or a saga ended early. Codes alone: no message, path or address gets into the log. */
export const SAGA_CAUSES = [
  'INTERRUPTED',
  'STORE_UNAVAILABLE',
  'SCANNER_UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'UNEXPECTED',
  'CONTENT_LOST',
  'CANCELLED',
  'EXPIRED',
  'DELETED',
  'REFUSED',
  'REVOKED',
  'HIT',
] as const;

/** Why a step failed or a saga ended early. */
export type SagaCause = (typeof SAGA_CAUSES)[number];

/** One line of the log of a file. */
export interface LoggedStep {
  readonly saga: SagaName;
  /** Tells the runs of a saga apart: the attempt of an inspection, the id of a release, else the version of the file. */
  readonly run: string;
  readonly step: StepName;
  readonly outcome: StepOutcome;
  readonly cause: SagaCause | null;
  readonly at: Date;
  readonly correlationId: string;
}
