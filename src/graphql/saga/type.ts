import { Field, ObjectType } from 'type-graphql';
import type { NextStep, SagaState } from '../../domain/saga-standing.js';
import type { LoggedStep, SagaCause, SagaName, StepName, StepOutcome } from '../../domain/saga.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import {
  SagaCauseEnum,
  SagaDirectionEnum,
  SagaNameEnum,
  SagaStateEnum,
  SagaStepNameEnum,
  SagaStepOutcomeEnum,
} from './enums.js';

@ObjectType('SagaStep', {
  description: 'One line of the log of a saga. Lines are added, and never changed or removed.',
})
class SagaStepType {
  @Field(() => SagaStepNameEnum, { description: 'The step.' })
  readonly step!: StepName;

  @Field(() => SagaStepOutcomeEnum, { description: 'What became of it.' })
  readonly outcome!: StepOutcome;

  @Field(() => SagaCauseEnum, { nullable: true, description: 'Why it failed or ended early.' })
  readonly cause!: SagaCause | null;

  @Field(() => DateTimeScalar, { description: 'When it was written.' })
  readonly at!: Date;

  @Field(() => String, { description: 'Of the request or the job that wrote it.' })
  readonly correlationId!: string;
}

@ObjectType('SagaNextStep', {
  description: 'What comes next, whoever does it: a process, a person or the reconciler.',
})
class SagaNextStepType {
  @Field(() => SagaDirectionEnum, { description: 'Whether it is to be done or to be undone.' })
  readonly direction!: NextStep['direction'];

  @Field(() => SagaStepNameEnum, { description: 'The step.' })
  readonly step!: StepName;
}

/** One run of a saga. */
@ObjectType('Saga', { description: 'One run of a saga of a file.' })
export class SagaType {
  @Field(() => SagaNameEnum, { description: 'Which saga.' })
  readonly name!: SagaName;

  @Field(() => String, {
    description:
      'Tells runs apart: the attempt of an inspection, the id of a release, else the version of the file.',
  })
  readonly run!: string;

  @Field(() => SagaStateEnum, { description: 'Where it stands.' })
  readonly state!: SagaState;

  @Field(() => SagaNextStepType, { nullable: true, description: 'What comes next; null when it is over.' })
  readonly next!: NextStep | null;

  @Field(() => DateTimeScalar, { description: 'When its first step was written.' })
  readonly startedAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was over; null until then.' })
  readonly endedAt!: Date | null;

  @Field(() => [SagaStepType], { description: 'Its log, oldest first.' })
  readonly steps!: readonly LoggedStep[];
}
