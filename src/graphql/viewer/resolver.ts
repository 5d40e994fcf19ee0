import { Ctx, Query, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { actorOf } from '../permission/demand.js';
import type { UseCases } from '../use-cases.js';
import { ViewerType } from './type.js';

/** Who is asking. */
@Resolver()
export class ViewerResolver {
  constructor(private readonly useCases: Pick<UseCases, 'getViewer'>) {}

  @Query(() => ViewerType, { description: 'Who is asking; needs a token and no permission.' })
  async viewer(@Ctx() context: GraphqlContext): Promise<ViewerType> {
    const actor = actorOf(context);
    const { tenant } = unwrap(await this.useCases.getViewer(actor));
    const { subject, roles, permissions } = actor;
    return { subject, tenant, roles, permissions: [...permissions].sort() };
  }
}
