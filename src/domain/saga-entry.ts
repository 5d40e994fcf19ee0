import { isOpen, type FileState } from './file-state.js';
import type { File } from './file.js';
import type { SagaCause, SagaName, StepName, StepOutcome } from './saga.js';

/** A step of a run. */
interface StepOf<Name extends SagaName> {
  readonly saga: Name;
  /** `null` for every run that `after` holds for; of an unconditional entry, for the attempt that begins. */
  readonly run: string | null;
  readonly step: StepName<Name>;
}
type AnyStep = { [Name in SagaName]: StepOf<Name> }[SagaName];

/** What is to be written into the log of a file. */
export type SagaEntry = {
  [Name in SagaName]: StepOf<Name> & {
    readonly outcome: StepOutcome;
    readonly cause?: SagaCause;
    /** Written only where the step came to one of these last, and where the entry says something new. */
    readonly after?: readonly StepOutcome[];
    /** Where another step of the run than the one that is written came to it. */
    readonly afterStep?: StepName<Name>;
  };
}[SagaName];

/** A step that was begun and is not known to be done. */
const UNFINISHED: readonly StepOutcome[] = ['STARTED', 'FAILED'];

const begins = (step: AnyStep): SagaEntry => ({ ...step, outcome: 'STARTED' });
const finishes = (step: AnyStep): SagaEntry => ({ ...step, outcome: 'DONE', after: UNFINISHED });
const undoes = (step: AnyStep, after = UNFINISHED): SagaEntry => ({ ...step, outcome: 'COMPENSATED', after });

/**
 * What a change of state means for the sagas of a file; it is written in the same transaction.
 *
 * @param from - `null` for a new file
 * @param file - as the change leaves it
 */
export function entriesOfChange(from: FileState | null, file: File): readonly SagaEntry[] {
  if (from === file.state) return [];
  switch (file.state) {
    case 'PENDING':
      return [{ saga: 'COMPLETION', run: FIRST_RUN, step: 'OPEN', outcome: 'DONE' }];
    case 'RECEIVING':
      return [];
    case 'SCANNING':
      // What is replayed was handed over before; its next inspection is a run of its own.
      return from === 'UNSCANNABLE' ? [] : entriesOfHandOver(file);
    case 'CLEAN':
    case 'REJECTED':
    case 'UNSCANNABLE':
      return entriesOfVerdict(file);
    case 'INFECTED':
      return [...(from === 'SCANNING' ? entriesOfVerdict(file) : []), ...entriesOfQuarantine(file)];
    case 'CANCELLED':
    case 'EXPIRED':
    case 'DELETED':
      return entriesOfEnd(from, file, file.state);
  }
}

/** An upload is opened once. */
const FIRST_RUN = '1';

/** What it means that the store has lost an open upload, which ends because of that. */
export const ENTRIES_OF_LOSS: readonly SagaEntry[] = [
  { saga: 'COMPLETION', run: FIRST_RUN, step: 'OPEN', outcome: 'FAILED', cause: 'CONTENT_LOST' },
];

/** A file whose bytes were stored already has nothing to assemble. */
const entriesOfHandOver = ({ ingestHandle }: File): readonly SagaEntry[] => [
  { saga: 'COMPLETION', run: FIRST_RUN, step: 'HAND_OVER', outcome: 'DONE' },
  ...(ingestHandle === null ? [] : [begins({ saga: 'COMPLETION', run: FIRST_RUN, step: 'ASSEMBLE' })]),
];

/** Only whoever has read all bytes knows their hash, and then they were assembled and sealed. */
function entriesOfVerdict({ attempt, sha256 }: File): readonly SagaEntry[] {
  const run = String(attempt);
  const read: readonly SagaEntry[] = [
    finishes({ saga: 'COMPLETION', run: null, step: 'ASSEMBLE' }),
    finishes({ saga: 'INSPECTION', run, step: 'SEAL' }),
  ];
  return [
    ...(sha256 === null ? [] : read),
    { saga: 'INSPECTION', run, step: 'DECIDE', outcome: 'DONE' },
    begins({ saga: 'INSPECTION', run, step: 'CLEAN_UP' }),
  ];
}

function entriesOfQuarantine({ version }: File): readonly SagaEntry[] {
  const run = String(version);
  return [
    { saga: 'QUARANTINE', run, step: 'ENTER', outcome: 'DONE' },
    begins({ saga: 'QUARANTINE', run, step: 'MOVE' }),
    begins({ saga: 'QUARANTINE', run, step: 'CLEAN_UP' }),
  ];
}

/** What was opened is given up, and a release ends with what it was for: the database ends it in the same transaction. */
function entriesOfEnd(
  from: FileState | null,
  { version }: File,
  cause: SagaCause & FileState,
): readonly SagaEntry[] {
  const run = String(version);
  const wasOpen = from !== null && isOpen(from);
  return [
    { saga: 'DELETION', run, step: 'END', outcome: 'DONE', cause },
    begins({ saga: 'DELETION', run, step: 'REMOVE' }),
    ...(wasOpen
      ? [{ saga: 'COMPLETION', run: FIRST_RUN, step: 'OPEN', outcome: 'FAILED', cause } as const]
      : []),
    ...(from === 'INFECTED' ? entriesOfLostRelease(cause) : []),
  ];
}

const entriesOfLostRelease = (cause: SagaCause): readonly SagaEntry[] => {
  const undecided = { saga: 'RELEASE', run: null, cause, after: ['STARTED'] } as const;
  return [
    { ...undecided, step: 'REQUEST', outcome: 'COMPENSATED', afterStep: 'APPROVE' },
    { ...undecided, step: 'APPROVE', outcome: 'FAILED' },
    { ...finishes({ saga: 'RELEASE', run: null, step: 'END' }), cause },
  ];
};

/**
 * What the beginning of an inspection means. Whoever inspected before and left no word has failed; what they sealed is
 * removed when the file ends, at the latest.
 */
export const ENTRIES_OF_BEGIN: readonly SagaEntry[] = [
  {
    ...{ saga: 'INSPECTION', run: null, step: 'SEAL', outcome: 'FAILED', cause: 'INTERRUPTED' },
    after: ['STARTED'],
  },
  begins({ saga: 'INSPECTION', run: null, step: 'SEAL' }),
];

/** What it means that an attempt failed, before what it did is undone. */
export const entriesOfLostAttempt = (attempt: number, cause: SagaCause): readonly SagaEntry[] => [
  {
    ...{ saga: 'INSPECTION', run: String(attempt), step: 'SEAL', outcome: 'FAILED', cause },
    after: ['STARTED'],
  },
];

/** What it means that the sealed copy of an attempt was removed. */
export const entriesOfDiscard = (attempt: number): readonly SagaEntry[] => [
  undoes({ saga: 'INSPECTION', run: String(attempt), step: 'SEAL' }),
];

/** What it means that infected content has arrived in the quarantine, or that there was none to move. */
export const entriesOfMove = (isThere: boolean): readonly SagaEntry[] => {
  const move = { saga: 'QUARANTINE', run: null, step: 'MOVE' } as const;
  if (isThere) return [finishes(move)];
  return [{ ...move, outcome: 'FAILED', cause: 'CONTENT_LOST', after: UNFINISHED }];
};

/** What it means that everything is removed that an ended file does not need: every saga of it is over. */
export const ENTRIES_OF_REMOVAL: readonly SagaEntry[] = [
  undoes({ saga: 'COMPLETION', run: null, step: 'OPEN' }, ['FAILED']),
  undoes({ saga: 'COMPLETION', run: null, step: 'ASSEMBLE' }),
  undoes({ saga: 'INSPECTION', run: null, step: 'SEAL' }),
  undoes({ saga: 'QUARANTINE', run: null, step: 'MOVE' }),
  finishes({ saga: 'INSPECTION', run: null, step: 'CLEAN_UP' }),
  finishes({ saga: 'QUARANTINE', run: null, step: 'CLEAN_UP' }),
  finishes({ saga: 'DELETION', run: null, step: 'REMOVE' }),
];
