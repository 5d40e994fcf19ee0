import { registerEnumType } from 'type-graphql';
import { SAGA_STATES, type SagaState } from '../../domain/saga-standing.js';
import {
  SAGA_CAUSES,
  SAGA_NAMES,
  STEP_NAMES,
  STEP_OUTCOMES,
  type SagaCause,
  type SagaName,
  type StepName,
  type StepOutcome,
} from '../../domain/saga.js';
import { enumOf } from '../enum-of.js';

/** The sagas as the enum of the schema. */
export const SagaNameEnum = enumOf<SagaName>(SAGA_NAMES);
/** Where a saga stands as the enum of the schema. */
export const SagaStateEnum = enumOf<SagaState>(SAGA_STATES);
/** The steps as the enum of the schema. */
export const SagaStepNameEnum = enumOf<StepName>(STEP_NAMES);
/** The outcomes of a step as the enum of the schema. */
export const SagaStepOutcomeEnum = enumOf<StepOutcome>(STEP_OUTCOMES);
/** The causes as the enum of the schema. */
export const SagaCauseEnum = enumOf<SagaCause>(SAGA_CAUSES);
/** Forward or back as the enum of the schema. */
export const SagaDirectionEnum = enumOf<'DO' | 'UNDO'>(['DO', 'UNDO']);

registerEnumType(SagaNameEnum, {
  name: 'SagaName',
  description: 'Work of several steps that is carried to its end or undone, whatever fails on the way.',
  valuesConfig: {
    COMPLETION: { description: 'From the open upload to the bytes as one object.' },
    INSPECTION: { description: 'One attempt to come to a verdict.' },
    QUARANTINE: { description: 'Infected content moves out of reach.' },
    RELEASE: { description: 'Infected content is let out for a while.' },
    DELETION: { description: 'A file is deleted, or an upload given up.' },
  },
});

registerEnumType(SagaStateEnum, {
  name: 'SagaState',
  description: 'Where a saga stands.',
  valuesConfig: {
    RUNNING: { description: 'On its way to its end.' },
    DONE: { description: 'Every step is done.' },
    COMPENSATING: { description: 'It has failed, and what it did is being undone.' },
    COMPENSATED: { description: 'Everything is undone, or was ended by a deletion or a verdict.' },
  },
});

registerEnumType(SagaStepNameEnum, {
  name: 'SagaStepName',
  description: 'A step of a saga.',
  valuesConfig: {
    OPEN: { description: 'The upload is open and its quota reserved.' },
    HAND_OVER: { description: 'Every part is there; the file waits for its inspection.' },
    ASSEMBLE: { description: 'The parts become one object.' },
    SEAL: { description: 'The copy is written that is served if the bytes are clean.' },
    DECIDE: { description: 'The verdict.' },
    CLEAN_UP: { description: 'What is not needed any more is removed from the store.' },
    ENTER: { description: 'The file is in the quarantine.' },
    MOVE: { description: 'The content moves into the quarantine area.' },
    REQUEST: { description: 'Somebody asks for a release.' },
    APPROVE: { description: 'Somebody else decides on it.' },
    END: { description: 'The release ends; of a deletion: the file ends, and its quota is given back.' },
    REMOVE: { description: 'The bytes are removed from the store.' },
  },
});

registerEnumType(SagaStepOutcomeEnum, {
  name: 'SagaStepOutcome',
  description: 'What became of a step.',
  valuesConfig: {
    STARTED: { description: 'From now on it may have had an effect outside the database.' },
    DONE: { description: 'Done, for good.' },
    FAILED: { description: 'It failed; it is repeated or undone.' },
    COMPENSATED: { description: 'Nothing of it is left.' },
  },
});

registerEnumType(SagaCauseEnum, {
  name: 'SagaCause',
  description: 'Why a step failed or a saga ended early.',
  valuesConfig: {
    INTERRUPTED: { description: 'Whoever was at it stopped without a word.' },
    STORE_UNAVAILABLE: { description: 'The object store did not do what it must.' },
    SCANNER_UNAVAILABLE: { description: 'The scanner did not answer as it must.' },
    DATABASE_UNAVAILABLE: { description: 'The database did not answer as it must.' },
    UNEXPECTED: { description: 'Something else; the log of the service says what.' },
    CONTENT_LOST: { description: 'The store does not have the bytes any more.' },
    CANCELLED: { description: 'The upload was given up.' },
    EXPIRED: { description: 'Its time was over.' },
    DELETED: { description: 'The file was deleted.' },
    REFUSED: { description: 'Somebody else said no.' },
    REVOKED: { description: 'Somebody ended it.' },
    HIT: { description: 'Newer definitions found something again.' },
  },
});

registerEnumType(SagaDirectionEnum, {
  name: 'SagaDirection',
  description: 'Whether a step is to be done or to be undone.',
  valuesConfig: {
    DO: { description: 'Forward.' },
    UNDO: { description: 'Back.' },
  },
});
