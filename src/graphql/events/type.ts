import { Field, Int, ObjectType } from 'type-graphql';
import type { FileState } from '../../domain/file-state.js';
import type { File } from '../../domain/file.js';
import { FileStateEnum } from '../file/enums.js';
import { FileType } from '../file/type.js';
import { CursorScalar } from '../scalars/cursor.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { SafeIntScalar } from '../scalars/safe-int.js';

/** How far an upload is. */
@ObjectType('UploadProgress', { description: 'How far an upload is. No number ever shrinks.' })
export class UploadProgressType {
  @Field(() => FileType, { description: 'The file as it stands.' })
  readonly file!: File;

  @Field(() => FileStateEnum, { description: 'The state of the file.' })
  readonly stage!: FileState;

  @Field(() => SafeIntScalar, { description: 'Bytes that are durable and verified.' })
  readonly receivedBytes!: number;

  @Field(() => SafeIntScalar, { description: 'Bytes that the scanner has been given.' })
  readonly scannedBytes!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Files of the tenant that are inspected before this one; null when it does not wait.',
  })
  readonly queuePosition!: number | null;

  @Field(() => DateTimeScalar, { description: 'When this was read.' })
  readonly observedAt!: Date;
}

/** One change of state. */
@ObjectType('FileEvent', { description: "One change of state in a tenant's history." })
export class FileEventType {
  @Field(() => CursorScalar, { description: 'To be given as `after` to go on from here.' })
  readonly cursor!: string;

  @Field(() => FileType, { description: 'The file as the change left it.' })
  readonly file!: File;

  @Field(() => FileStateEnum, { nullable: true, description: 'The state before; null for a new upload.' })
  readonly from!: FileState | null;

  @Field(() => FileStateEnum, { description: 'The state after.' })
  readonly to!: FileState;

  @Field(() => DateTimeScalar, { description: 'When the change was committed.' })
  readonly occurredAt!: Date;

  @Field(() => String, { description: 'Ties the change to the request or job that caused it.' })
  readonly correlationId!: string;
}
