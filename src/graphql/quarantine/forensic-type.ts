import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars/date-time.js';

/** A URL that serves infected content in a zip. */
@ObjectType('ForensicUrlPayload', {
  description: 'A URL that serves infected content in a zip with a password.',
})
export class ForensicUrlPayloadType {
  @Field(() => String, { description: 'Needs no other authentication. Each use is recorded.' })
  readonly url!: string;

  @Field(() => DateTimeScalar, { description: 'When the URL stops working.' })
  readonly expiresAt!: Date;

  @Field(() => String, { description: 'Of the zip. By convention, and no secret.' })
  readonly password!: string;
}
