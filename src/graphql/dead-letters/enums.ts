import { registerEnumType } from 'type-graphql';
import {
  DEAD_LETTER_CAUSES,
  DEAD_LETTER_STATUSES,
  type DeadLetterCause,
  type DeadLetterStatus,
} from '../../domain/dead-letter.js';
import { ATTEMPT_ENDS, type AttemptEnd } from '../../domain/failure.js';
import { enumOf } from '../enum-of.js';

/** What became of a dead letter, as the enum of the schema. */
export const DeadLetterStatusEnum = enumOf<DeadLetterStatus>(DEAD_LETTER_STATUSES);
/** Why an inspection was given up, as the enum of the schema. */
export const DeadLetterCauseEnum = enumOf<DeadLetterCause>(DEAD_LETTER_CAUSES);
/** How an attempt can end without a verdict, as the enum of the schema. */
export const AttemptEndEnum = enumOf<AttemptEnd>(ATTEMPT_ENDS);

registerEnumType(DeadLetterStatusEnum, {
  name: 'DeadLetterStatus',
  description: 'What became of a dead letter.',
  valuesConfig: {
    OPEN: { description: 'Waits for a decision; the bytes of the file are kept as long.' },
    REPLAYED: { description: 'The file was inspected anew.' },
    DISCARDED: { description: 'The file stays UNSCANNABLE, and its bytes are gone.' },
  },
});

registerEnumType(DeadLetterCauseEnum, {
  name: 'DeadLetterCause',
  description: 'Why an inspection was given up.',
  valuesConfig: {
    PAYLOAD_REFUSED: {
      description: 'A job in the queue was none that the service makes; the file is inspected all the same.',
    },
    PERMANENT_FAILURE: { description: 'A part of the service refused what it was asked for.' },
    ATTEMPTS_USED_UP: { description: 'What should have passed did not, however often it was tried.' },
    UNKNOWN_FAILURE: { description: 'Something that nobody foresaw went wrong several times.' },
    STALLED: { description: 'Worker after worker was lost while it inspected the file.' },
  },
});

registerEnumType(AttemptEndEnum, {
  name: 'AttemptEnd',
  description: 'How an attempt can end without a verdict.',
  valuesConfig: {
    TRANSIENT: {
      description: 'By a failure that passes by itself: the next attempt came after a random wait.',
    },
    RATE_LIMITED: { description: 'By a dependency that said when to come again.' },
    PERMANENT: { description: 'By a refusal: there was no next attempt.' },
    OVERTIME: {
      description:
        'By an analysis that used up its time; when that happens again it is what is found of the file.',
    },
    UNKNOWN: { description: 'By a failure that nobody foresaw.' },
    INTERRUPTED: { description: 'Because the worker was told to stop; the next attempt came at once.' },
    LOST: { description: 'Because the worker was lost without a word.' },
  },
});
