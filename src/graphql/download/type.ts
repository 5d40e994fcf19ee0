import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars/date-time.js';

/** A URL that serves the content of one file. */
@ObjectType('DownloadUrlPayload', { description: 'A URL that serves the content of one clean file.' })
export class DownloadUrlPayloadType {
  @Field(() => String, { description: 'Needs no other authentication; supports Range and HEAD.' })
  readonly url!: string;

  @Field(() => DateTimeScalar, { description: 'When the URL stops working.' })
  readonly expiresAt!: Date;
}
