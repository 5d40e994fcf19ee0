import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars/date-time.js';

/** The last examination of a file's bytes. */
@ObjectType('Examination', {
  description:
    'The last time that the bytes of a file came out as its verdict says, also for another file with the same content.',
})
export class ExaminationType {
  @Field(() => String, { description: 'Name and version of the scanner.' })
  readonly engine!: string;

  @Field(() => String, { description: 'Version of the definitions.' })
  readonly definitionsVersion!: string;

  @Field(() => DateTimeScalar, { description: 'When.' })
  readonly examinedAt!: Date;

  @Field(() => Boolean, { description: 'Another one is asked for, and comes soon.' })
  readonly isPending!: boolean;
}
