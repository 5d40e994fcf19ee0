import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars/date-time.js';

/** Which upload a client that speaks S3 is to run. */
@InputType('SignS3UploadInput', { description: 'Which upload is run in the manner of S3.' })
export class SignS3UploadInput {
  @Field(() => ID, { description: 'The file.' })
  readonly fileId!: string;
}

/** Where an upload can be run in the manner of S3. */
@ObjectType('SignS3UploadPayload', { description: 'Where a client that speaks S3 runs one upload.' })
export class SignS3UploadPayloadType {
  @Field(() => String, {
    description:
      'Takes CreateMultipartUpload, ListParts, CompleteMultipartUpload and AbortMultipartUpload of this upload ' +
      'alone, and PutObject of no bytes; needs no other authentication. Parts go to the URLs of signUploadParts.',
  })
  readonly url!: string;

  @Field(() => DateTimeScalar, { description: 'When the URL stops working.' })
  readonly expiresAt!: Date;
}
