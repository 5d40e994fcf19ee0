import { Field, ID, InputType } from 'type-graphql';
import type { FileState } from '../../domain/file-state.js';
import { IDEMPOTENCY_KEY } from '../idempotency-key.js';
import { FileStateEnum } from './enums.js';

/** Selects files. */
@InputType('FileFilter', { description: 'Selects files; what is left out does not restrict.' })
export class FileFilterInput {
  @Field(() => [FileStateEnum], { nullable: true, description: 'Only files in one of these states.' })
  readonly states?: FileState[] | null;

  @Field(() => String, { nullable: true, description: 'Part of the name; letter case does not matter.' })
  readonly nameContains?: string | null;

  @Field(() => String, { nullable: true, description: 'Subject of the token that began the upload.' })
  readonly createdBy?: string | null;
}

/** Names a file. */
@InputType('FileIdInput', { description: 'Names a file.' })
export class FileIdInput {
  @Field(() => ID, { description: 'The file.' })
  readonly fileId!: string;

  @Field(() => String, {
    nullable: true,
    description: IDEMPOTENCY_KEY,
  })
  readonly idempotencyKey?: string | null;
}
