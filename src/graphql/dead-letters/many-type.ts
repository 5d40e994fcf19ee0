import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { DeadLetterCause } from '../../domain/dead-letter.js';
import { DeadLetterCauseEnum } from './enums.js';

/** How many without a limit. */
const DEFAULT_LIMIT = 50;

/** Selects open dead letters. */
@InputType()
abstract class OpenDeadLetters {
  @Field(() => [DeadLetterCauseEnum], { nullable: true, description: 'With one of these causes.' })
  readonly causes?: DeadLetterCause[] | null;

  @Field(() => ID, { nullable: true, description: 'Of this file.' })
  readonly fileId?: string | null;

  @Field(() => Int, {
    defaultValue: DEFAULT_LIMIT,
    description: 'How many at most, 1 to 100; the newest first.',
  })
  readonly limit!: number;
}

/** Selects open dead letters to have their files inspected anew. */
@InputType('ReplayDeadLettersInput', {
  description: 'Which open dead letters are replayed; what is left out does not restrict.',
})
export class ReplayDeadLettersInput extends OpenDeadLetters {
  @Field(() => String, { nullable: true, description: 'What is to be written down with each.' })
  readonly reason?: string | null;
}

/** Selects open dead letters to let be. */
@InputType('DiscardDeadLettersInput', {
  description: 'Which open dead letters are discarded, and why; what is left out does not restrict.',
})
export class DiscardDeadLettersInput extends OpenDeadLetters {
  @Field(() => String, { description: 'Why, in words; up to 2,000 characters.' })
  readonly reason!: string;
}

/** The answer of a mutation that decides over many dead letters. */
@ObjectType('DeadLettersPayload', {
  description: 'The answer of a mutation that decides over many dead letters.',
})
export class DeadLettersPayloadType {
  @Field(() => Int, { description: 'Those that it decided over.' })
  readonly decidedCount!: number;

  @Field(() => Int, {
    description: 'Those that somebody else decided over meanwhile, or whose file no longer allows it.',
  })
  readonly skippedCount!: number;

  @Field(() => Int, { description: 'Open ones that match and are left: call again while there are any.' })
  readonly remainingCount!: number;
}
