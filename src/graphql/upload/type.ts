import { Field, Int, ObjectType } from 'type-graphql';
import type { File, TransferMode } from '../../domain/file.js';
import { FileType } from '../file/type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { SafeIntScalar } from '../scalars/safe-int.js';
import { Sha256Scalar } from '../scalars/sha256.js';
import { TransferModeEnum } from './transfer-mode.js';

/** A part that is durable and verified. */
@ObjectType('UploadedPart', { description: 'A part that is durable and verified.' })
export class UploadedPartType {
  @Field(() => Int, { description: 'Counted from 1.' })
  readonly partNumber!: number;

  @Field(() => SafeIntScalar, { description: 'Size of this part.' })
  readonly sizeBytes!: number;

  @Field(() => String, { description: 'Of the store, without quotes.' })
  readonly etag!: string;

  @Field(() => Sha256Scalar, {
    nullable: true,
    description: 'Of the part; null only where the bytes never passed through the API.',
  })
  readonly sha256!: string | null;
}

/** How far a transfer is; its parts are in the resolver. */
@ObjectType('UploadStatus', { description: 'How far the transfer of a file is.' })
export class UploadStatusType {
  @Field(() => SafeIntScalar, { description: 'Bytes that are durable and verified.' })
  readonly receivedBytes!: number;

  @Field(() => SafeIntScalar, { description: 'Size of every part but the last.' })
  readonly partSizeBytes!: number;

  @Field(() => Int, { description: 'Number of parts of the file.' })
  readonly partCount!: number;

  @Field(() => TransferModeEnum, { description: 'Which way signed parts go.' })
  readonly mode!: TransferMode;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When an unfinished upload is given up.' })
  readonly expiresAt!: Date | null;
}

/** How to send the bytes. */
@ObjectType('Transfer', { description: 'How the bytes are to be sent.' })
class TransferType {
  @Field(() => TransferModeEnum, { description: 'Which way signed parts go.' })
  readonly mode!: TransferMode;

  @Field(() => SafeIntScalar, { description: 'Size of every part but the last.' })
  readonly partSizeBytes!: number;

  @Field(() => Int, { description: 'Number of parts of the file.' })
  readonly partCount!: number;

  @Field(() => String, { description: 'The same upload, as a tus 1.0 resource.' })
  readonly tusUrl!: string;

  @Field(() => DateTimeScalar, { description: 'When an unfinished upload is given up.' })
  readonly expiresAt!: Date;
}

/** An upload that has been opened. */
@ObjectType('CreateUploadPayload', { description: 'An upload that is open, and how to go on.' })
export class CreateUploadPayloadType {
  @Field(() => FileType, { description: 'The file, still without bytes.' })
  readonly file!: File;

  @Field(() => TransferType, { description: 'How the bytes are to be sent.' })
  readonly transfer!: TransferType;
}
