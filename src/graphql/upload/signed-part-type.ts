import { Field, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars/date-time.js';

/** A header that must be sent as it is. */
@ObjectType('HttpHeader', { description: 'A header that must be sent exactly so.' })
class HttpHeaderType {
  @Field(() => String, { description: 'Name of the header.' })
  readonly name!: string;

  @Field(() => String, { description: 'Value of the header.' })
  readonly value!: string;
}

/** Where and how to send one part. */
@ObjectType('SignedPart', {
  description:
    'PUT the bytes of the part to url with exactly these headers, no other authentication; the answer carries ETag.',
})
class SignedPartType {
  @Field(() => Int, { description: 'Counted from 1.' })
  readonly partNumber!: number;

  @Field(() => String, { description: 'Takes the bytes of this part alone.' })
  readonly url!: string;

  @Field(() => [HttpHeaderType], { description: 'To be sent with the bytes.' })
  readonly headers!: readonly HttpHeaderType[];

  @Field(() => DateTimeScalar, { description: 'When the URL stops working.' })
  readonly expiresAt!: Date;
}

/** The URLs that were asked for. */
@ObjectType('SignUploadPartsPayload', { description: 'Where to send the parts that were asked for.' })
export class SignUploadPartsPayloadType {
  @Field(() => [SignedPartType], { description: 'In the order of the input.' })
  readonly parts!: readonly SignedPartType[];
}
