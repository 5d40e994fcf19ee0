import { Arg, Ctx, Directive, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { File } from '../../domain/file.js';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { FileIdInput } from '../file/inputs.js';
import { FilePayloadType } from '../file/payload-type.js';
import { FileType } from '../file/type.js';
import { OWN_TRANSACTION } from '../limits/own-transaction.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { withoutNulls } from '../without-nulls.js';
import { ExaminationType } from './type.js';

/** Examining clean files again. */
@Resolver(() => FileType)
export class RescanResolver {
  constructor(private readonly useCases: Pick<UseCases, 'rescanFile' | 'readExamination'>) {}

  @Mutation(() => FilePayloadType, {
    description:
      'Has a clean file examined again, soon and in the background. A hit makes it and every other file with the same content INFECTED.',
  })
  @Directive(hasPermission('file:rescan'))
  async rescanFile(
    @Arg('input', () => FileIdInput, { description: 'Which file.' }) input: FileIdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<FilePayloadType> {
    return { file: unwrap(await this.useCases.rescanFile(actorOf(context), withoutNulls(input))) };
  }

  @FieldResolver(() => ExaminationType, {
    nullable: true,
    description: 'When and with what the bytes were examined last; null while no scanner has answered.',
  })
  @Directive(OWN_TRANSACTION)
  async lastExamination(@Root() file: File, @Ctx() context: GraphqlContext): Promise<ExaminationType | null> {
    return unwrap(await this.useCases.readExamination(actorOf(context), file));
  }
}
