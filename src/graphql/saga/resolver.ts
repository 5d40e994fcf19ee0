import { Arg, Ctx, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { File } from '../../domain/file.js';
import type { Saga } from '../../domain/saga-standing.js';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { FileType } from '../file/type.js';
import { DEFAULT_SAGAS, MAX_PAGE_SIZE } from '../limits/limits.js';
import { OWN_TRANSACTION } from '../limits/own-transaction.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { SagaType } from './type.js';

/** What the log says of a file. */
@Resolver(() => FileType)
export class FileSagaResolver {
  constructor(private readonly useCases: Pick<UseCases, 'readSagas'>) {}

  @FieldResolver(() => [SagaType], {
    description:
      'The newest sagas of the file, in the order in which they began: what was done, undone and is left. Those of releases are shown to who may read the quarantine.',
  })
  @Directive(hasPermission('file:read'))
  @Directive(OWN_TRANSACTION)
  async saga(
    @Root() file: File,
    @Arg('last', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_SAGAS,
      description: `How many, 1 to ${String(MAX_PAGE_SIZE)}.`,
    })
    last: number | null,
    @Ctx() context: GraphqlContext,
  ): Promise<readonly Saga[]> {
    return unwrap(await this.useCases.readSagas(actorOf(context), file, last ?? DEFAULT_SAGAS));
  }
}
