import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { FileIdInput } from '../file/inputs.js';
import { FilePayloadType } from '../file/payload-type.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { withoutNulls } from '../without-nulls.js';
import { CompleteUploadInput, CreateUploadInput, SignUploadPartsInput } from './inputs.js';
import { SignUploadPartsPayloadType } from './signed-part-type.js';
import { CreateUploadPayloadType } from './type.js';

/** The transfer of a file in parts. */
@Resolver()
export class UploadResolver {
  constructor(
    private readonly useCases: Pick<
      UseCases,
      'createUpload' | 'signUploadParts' | 'completeUpload' | 'cancelUpload'
    >,
  ) {}

  @Mutation(() => CreateUploadPayloadType, { description: 'Reserves quota for a file and opens its upload.' })
  @Directive(hasPermission('file:upload'))
  async createUpload(
    @Arg('input', () => CreateUploadInput, { description: 'The file.' }) input: CreateUploadInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateUploadPayloadType> {
    return unwrap(await this.useCases.createUpload(actorOf(context), withoutNulls(input)));
  }

  @Mutation(() => SignUploadPartsPayloadType, {
    description: 'Gives out URLs that take the bytes of single parts, in any order and in parallel.',
  })
  @Directive(hasPermission('file:upload'))
  async signUploadParts(
    @Arg('input', () => SignUploadPartsInput, { description: 'Which parts.' }) input: SignUploadPartsInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SignUploadPartsPayloadType> {
    const parts = input.parts.map((part) => withoutNulls(part));
    const wanted = { ...withoutNulls(input), parts };
    return { parts: unwrap(await this.useCases.signUploadParts(actorOf(context), wanted)) };
  }

  @Mutation(() => FilePayloadType, {
    description:
      'Says that all parts have been sent and hands the file to inspection. Repeating it changes nothing.',
  })
  @Directive(hasPermission('file:upload'))
  async completeUpload(
    @Arg('input', () => CompleteUploadInput, { description: 'Which upload.' }) input: CompleteUploadInput,
    @Ctx() context: GraphqlContext,
  ): Promise<FilePayloadType> {
    return { file: unwrap(await this.useCases.completeUpload(actorOf(context), withoutNulls(input))) };
  }

  @Mutation(() => FilePayloadType, { description: 'Gives an unfinished upload up and releases its quota.' })
  @Directive(hasPermission('file:upload'))
  async cancelUpload(
    @Arg('input', () => FileIdInput, { description: 'Which upload.' }) input: FileIdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<FilePayloadType> {
    return { file: unwrap(await this.useCases.cancelUpload(actorOf(context), withoutNulls(input))) };
  }
}
