import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { CreateDownloadUrlInput, DEFAULT_DOWNLOAD_TTL_SECONDS } from './inputs.js';
import { DownloadUrlPayloadType } from './type.js';

/** The way out of the station. */
@Resolver()
export class DownloadResolver {
  constructor(private readonly useCases: Pick<UseCases, 'createDownloadUrl'>) {}

  @Mutation(() => DownloadUrlPayloadType, {
    description:
      'Gives out a short-lived URL for the content of a clean file, or of an infected one that is released to those who may have it then.',
  })
  @Directive(hasPermission('file:download'))
  async createDownloadUrl(
    @Arg('input', () => CreateDownloadUrlInput, { description: 'Which file.' }) input: CreateDownloadUrlInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DownloadUrlPayloadType> {
    const { fileId, ttlSeconds } = input;
    const wanted = { fileId, ttlSeconds: ttlSeconds ?? DEFAULT_DOWNLOAD_TTL_SECONDS };
    return unwrap(await this.useCases.createDownloadUrl(actorOf(context), wanted));
  }
}
