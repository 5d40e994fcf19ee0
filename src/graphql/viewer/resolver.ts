import { Ctx, Query, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { actorOf } from '../permission/demand.js';
import type { ViewedTenant } from '../../usecases/get-viewer.js';
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
    return { subject, tenant: shown(tenant), roles, permissions: [...permissions].sort() };
  }
}

function shown({ id, slug, name, policy, usage }: ViewedTenant): ViewerType['tenant'] {
  const { maxFileBytes, maxBytesByType, deniedTypes, quota } = policy;
  const use = (dimension: keyof typeof quota): { limit: number; used: number } => ({
    limit: quota[dimension],
    used: usage[dimension],
  });
  const limits = Object.entries(maxBytesByType).map(([type, maxBytes]) => ({ type, maxBytes }));
  return {
    id,
    slug,
    name,
    limits: { maxFileBytes, maxBytesByType: limits, deniedTypes },
    quota: { bytes: use('bytes'), files: use('files'), uploads: use('uploads') },
  };
}
