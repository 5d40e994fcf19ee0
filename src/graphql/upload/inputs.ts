import { Field, ID, InputType, Int } from 'type-graphql';
import { IDEMPOTENCY_KEY } from '../idempotency-key.js';
import type { Priority, TransferMode } from '../../domain/file.js';
import { PriorityEnum } from '../file/enums.js';
import { SafeIntScalar } from '../scalars/safe-int.js';
import { Sha256Scalar } from '../scalars/sha256.js';
import { TransferModeEnum } from './transfer-mode.js';

const PART_SIZE = 'A wish; the answer decides. Without one 8 MiB, or up to 32 MiB in files above 64 MiB.';
const EXPECTED_HASH = 'If given, the file never becomes CLEAN with other bytes.';

/** One pair for the file. */
@InputType('MetadataEntryInput', { description: 'One pair to attach to a file.' })
export class MetadataEntryInput {
  @Field(() => String, { description: 'Unique within the file.' })
  readonly key!: string;

  @Field(() => String, { description: 'Any visible text.' })
  readonly value!: string;
}

/** What is said of a file before its bytes. */
@InputType('CreateUploadInput', { description: 'What a client says of a file before its bytes.' })
export class CreateUploadInput {
  @Field(() => String, { description: 'Name of the file, without a path.' })
  readonly name!: string;

  @Field(() => SafeIntScalar, { description: 'Exact size of the file.' })
  readonly sizeBytes!: number;

  @Field(() => String, { nullable: true, description: 'Media type.' })
  readonly contentType?: string | null;

  @Field(() => Sha256Scalar, { nullable: true, description: EXPECTED_HASH })
  readonly sha256?: string | null;

  @Field(() => SafeIntScalar, { nullable: true, description: PART_SIZE })
  readonly partSizeBytes?: number | null;

  @Field(() => TransferModeEnum, {
    nullable: true,
    description: 'A wish; Transfer.mode says what it came to. PROXIED when left out.',
  })
  readonly transport?: TransferMode | null;

  @Field(() => PriorityEnum, {
    nullable: true,
    defaultValue: PriorityEnum.INTERACTIVE,
    description: 'Which work comes first.',
  })
  readonly priority?: Priority | null;

  @Field(() => [MetadataEntryInput], { nullable: true, description: 'To be attached to the file.' })
  readonly metadata?: MetadataEntryInput[] | null;

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  readonly idempotencyKey?: string | null;
}

/** What is said of a file that comes whole. */
@InputType('UploadFileInput', { description: 'What a client says of a file that comes in the same request.' })
export class UploadFileInput {
  @Field(() => String, { nullable: true, description: 'Name of the file; that of the part when left out.' })
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: 'Media type; that of the part when left out.' })
  readonly contentType?: string | null;

  @Field(() => Sha256Scalar, { nullable: true, description: EXPECTED_HASH })
  readonly sha256?: string | null;

  @Field(() => PriorityEnum, { nullable: true, description: 'Which work comes first.' })
  readonly priority?: Priority | null;

  @Field(() => [MetadataEntryInput], { nullable: true, description: 'To be attached to the file.' })
  readonly metadata?: MetadataEntryInput[] | null;

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  readonly idempotencyKey?: string | null;
}

/** A part that is about to be sent. */
@InputType('PartToSignInput', { description: 'A part that is about to be sent.' })
class PartToSignInput {
  @Field(() => Int, { description: 'Counted from 1.' })
  readonly partNumber!: number;

  @Field(() => Sha256Scalar, { nullable: true, description: 'If given, other bytes are refused.' })
  readonly sha256?: string | null;
}

/** Which parts to sign. */
@InputType('SignUploadPartsInput', { description: 'Which parts of which file are about to be sent.' })
export class SignUploadPartsInput {
  @Field(() => ID, { description: 'The file.' })
  readonly fileId!: string;

  @Field(() => [PartToSignInput], { description: 'At most 1,000.' })
  readonly parts!: PartToSignInput[];

  @Field(() => TransferModeEnum, {
    nullable: true,
    description: 'Which way these parts are to go, whatever others do; Transfer.mode when left out.',
  })
  readonly transport?: TransferMode | null;
}

/** A part as its sender knows it. */
@InputType('CompletedPartInput', { description: 'A part as its sender knows it.' })
class CompletedPartInput {
  @Field(() => Int, { description: 'Counted from 1.' })
  readonly partNumber!: number;

  @Field(() => String, { description: 'From the answer to the PUT.' })
  readonly etag!: string;
}

/** Which upload is complete. */
@InputType('CompleteUploadInput', { description: 'Which upload is complete.' })
export class CompleteUploadInput {
  @Field(() => ID, { description: 'The file.' })
  readonly fileId!: string;

  @Field(() => [CompletedPartInput], {
    nullable: true,
    description: 'If given, each must have arrived with just this etag, and none may be left out.',
  })
  readonly parts?: CompletedPartInput[] | null;

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  readonly idempotencyKey?: string | null;
}
