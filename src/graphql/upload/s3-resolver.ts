import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { SignS3UploadInput, SignS3UploadPayloadType } from './s3-type.js';

/** Uploads for clients that speak S3. */
@Resolver()
export class S3UploadResolver {
  constructor(private readonly useCases: Pick<UseCases, 'signS3Upload'>) {}

  @Mutation(() => SignS3UploadPayloadType, {
    description: 'Gives out a URL under which a client that speaks S3 completes or gives up one upload.',
  })
  @Directive(hasPermission('file:upload'))
  async signS3Upload(
    @Arg('input', () => SignS3UploadInput, { description: 'Which upload.' }) input: SignS3UploadInput,
    @Ctx() context: GraphqlContext,
  ): Promise<SignS3UploadPayloadType> {
    return unwrap(await this.useCases.signS3Upload(actorOf(context), input));
  }
}
