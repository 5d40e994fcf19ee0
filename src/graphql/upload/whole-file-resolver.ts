import type { FileUpload } from 'graphql-upload-minimal';
import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { FilePayloadType } from '../file/payload-type.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import { UploadScalar } from '../scalars/upload.js';
import type { UseCases } from '../use-cases.js';
import { withoutNulls } from '../without-nulls.js';
import { UploadFileInput } from './inputs.js';

/** A whole file in one request. */
@Resolver()
export class WholeFileResolver {
  constructor(private readonly useCases: Pick<UseCases, 'receiveFile'>) {}

  @Mutation(() => FilePayloadType, {
    description: 'Whole file in one request (GraphQL multipart request specification).',
  })
  @Directive(hasPermission('file:upload'))
  async uploadFile(
    @Arg('file', () => UploadScalar, { description: 'The part with the bytes.' }) part: FileUpload,
    @Arg('input', () => UploadFileInput, { nullable: true, description: 'What is known of the file.' })
    input: UploadFileInput | null | undefined,
    @Ctx() context: GraphqlContext,
  ): Promise<FilePayloadType> {
    const known = withoutNulls(input ?? {});
    const received = await this.useCases.receiveFile(actorOf(context), {
      ...known,
      name: known.name ?? part.filename,
      contentType: known.contentType ?? part.mimetype,
      body: part.createReadStream(),
      signal: context.signal,
    });
    return { file: unwrap(received) };
  }
}
