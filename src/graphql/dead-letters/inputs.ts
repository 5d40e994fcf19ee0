import { Field, ID, InputType } from 'type-graphql';
import type { DeadLetterCause, DeadLetterStatus } from '../../domain/dead-letter.js';
import { DeadLetterCauseEnum, DeadLetterStatusEnum } from './enums.js';

const KEY = 'The same key and input give the same effect once, and the same answer.';

/** Selects dead letters. */
@InputType('DeadLetterFilter', { description: 'Selects dead letters; what is left out does not restrict.' })
export class DeadLetterFilterInput {
  @Field(() => [DeadLetterStatusEnum], { nullable: true, description: 'One of these.' })
  readonly statuses?: DeadLetterStatus[] | null;

  @Field(() => [DeadLetterCauseEnum], { nullable: true, description: 'One of these.' })
  readonly causes?: DeadLetterCause[] | null;

  @Field(() => ID, { nullable: true, description: 'Of this file.' })
  readonly fileId?: string | null;
}

/** Has a file inspected anew. */
@InputType('ReplayDeadLetterInput', {
  description: 'Has a file inspected anew whose inspection was given up.',
})
export class ReplayDeadLetterInput {
  @Field(() => ID, { description: 'The dead letter.' })
  readonly deadLetterId!: string;

  @Field(() => String, { nullable: true, description: 'What is to be written down with it.' })
  readonly reason?: string | null;

  @Field(() => String, { nullable: true, description: KEY })
  readonly idempotencyKey?: string | null;
}

/** Lets a dead letter be. */
@InputType('DiscardDeadLetterInput', { description: 'Lets a dead letter be, with a reason.' })
export class DiscardDeadLetterInput {
  @Field(() => ID, { description: 'The dead letter.' })
  readonly deadLetterId!: string;

  @Field(() => String, { description: 'Why, in words; up to 2,000 characters.' })
  readonly reason!: string;

  @Field(() => String, { nullable: true, description: KEY })
  readonly idempotencyKey?: string | null;
}
