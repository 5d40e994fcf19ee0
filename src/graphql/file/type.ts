import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { FileState } from '../../domain/file-state.js';
import type { Priority } from '../../domain/file.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { Sha256Scalar } from '../scalars/sha256.js';
import { FileStateEnum, PriorityEnum } from './enums.js';

/** One pair that a client attached to its file. */
@ObjectType('MetadataEntry', { description: 'One pair that a client attached to its file.' })
class MetadataEntryType {
  @Field(() => String, { description: 'Unique within the file.' })
  readonly key!: string;

  @Field(() => String, { description: 'As the client sent it.' })
  readonly value!: string;
}

/** A file and its upload; what the domain does not hold in this form is in the resolver. */
@ObjectType('File', { description: 'A file and its upload.' })
export class FileType {
  @Field(() => ID, { description: 'UUIDv7.' })
  readonly id!: string;

  @Field(() => Int, { description: 'Grows with every change of state.' })
  readonly version!: number;

  @Field(() => String, { description: 'As normalised.' })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: 'Media type as the client declared it.' })
  readonly declaredType!: string | null;

  @Field(() => String, { nullable: true, description: 'Media type from the bytes; null until inspected.' })
  readonly detectedType!: string | null;

  @Field(() => Sha256Scalar, { nullable: true, description: 'Of the bytes as inspected; null until then.' })
  readonly sha256!: string | null;

  @Field(() => FileStateEnum, { description: 'Where the file stands.' })
  readonly state!: FileState;

  @Field(() => PriorityEnum, { description: 'Which work comes first.' })
  readonly priority!: Priority;

  @Field(() => [MetadataEntryType], { description: 'What the client attached, in its order.' })
  readonly metadata!: readonly MetadataEntryType[];

  @Field(() => String, { description: 'Subject of the token that began the upload.' })
  readonly createdBy!: string;

  @Field(() => DateTimeScalar, { description: 'When the upload began.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When the state changed last.' })
  readonly updatedAt!: Date;
}
