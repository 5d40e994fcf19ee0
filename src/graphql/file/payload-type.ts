import { Field, ObjectType } from 'type-graphql';
import type { File } from '../../domain/file.js';
import { FileType } from './type.js';

/** The answer of a mutation that changes one file. */
@ObjectType('FilePayload', { description: 'The answer of a mutation that changes one file.' })
export class FilePayloadType {
  @Field(() => FileType, { description: 'The file as the mutation left it.' })
  readonly file!: File;
}
