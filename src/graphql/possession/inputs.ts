import { Field, InputType } from 'type-graphql';
import { IDEMPOTENCY_KEY } from '../idempotency-key.js';
import type { Priority } from '../../domain/file.js';
import { PriorityEnum } from '../file/enums.js';
import { SafeIntScalar } from '../scalars/safe-int.js';
import { Sha256Scalar } from '../scalars/sha256.js';
import { MetadataEntryInput } from '../upload/inputs.js';

/** What somebody says to hold. */
@InputType('ChallengePossessionInput', { description: 'What a client says to hold.' })
export class ChallengePossessionInput {
  @Field(() => Sha256Scalar, { description: 'Of all bytes.' })
  readonly sha256!: string;

  @Field(() => SafeIntScalar, { description: 'Exact size of the file.' })
  readonly sizeBytes!: number;
}

/** The answer to a challenge. */
@InputType('ProvePossessionInput', {
  description: 'The answer to a challenge, and what is to be said of the file that comes of it.',
})
export class ProvePossessionInput {
  @Field(() => String, { description: 'As it was given out; good for one answer.' })
  readonly challenge!: string;

  @Field(() => Sha256Scalar, {
    description:
      'HMAC-SHA256 over the tags of all blocks in order, the tag of a block being the HMAC-SHA256 of its bytes; the key of all of them is the challenge, decoded from hexadecimal.',
  })
  readonly proof!: string;

  @Field(() => String, { description: 'Name of the file, without a path.' })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: 'Media type.' })
  readonly contentType?: string | null;

  @Field(() => PriorityEnum, { nullable: true, description: 'Which work comes first.' })
  readonly priority?: Priority | null;

  @Field(() => [MetadataEntryInput], { nullable: true, description: 'To be attached to the file.' })
  readonly metadata?: MetadataEntryInput[] | null;

  @Field(() => String, {
    nullable: true,
    description: IDEMPOTENCY_KEY,
  })
  readonly idempotencyKey?: string | null;
}
