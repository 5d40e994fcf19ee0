import { Arg, Ctx, Directive, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import type { File } from '../../domain/file.js';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { FileType } from '../file/type.js';
import { MAX_PAGE_SIZE } from '../limits/limits.js';
import { OWN_TRANSACTION } from '../limits/own-transaction.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { withoutNulls } from '../without-nulls.js';
import { QuarantineEventType, toEventType } from './event-type.js';
import { QuarantineFilterInput } from './inputs.js';
import { QuarantineConnectionType, QuarantineEntryType, toEntry, toQuarantineConnection } from './type.js';

const DEFAULT_PAGE_SIZE = 50;

/** Looking into the quarantine. */
@Resolver(() => QuarantineEntryType)
export class QuarantineResolver {
  constructor(private readonly useCases: Pick<UseCases, 'listQuarantine' | 'quarantineHistory'>) {}

  @Query(() => QuarantineConnectionType, {
    description:
      'A page of the infected files of the tenant with their findings, newest in the quarantine first.',
  })
  @Directive(hasPermission('quarantine:read'))
  async quarantine(
    @Arg('filter', () => QuarantineFilterInput, {
      nullable: true,
      description: 'Which files; all when left out.',
    })
    filter: QuarantineFilterInput | null | undefined,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_PAGE_SIZE,
      description: `Size of the page, 1 to ${String(MAX_PAGE_SIZE)}.`,
    })
    first: number | null,
    @Arg('after', () => String, {
      nullable: true,
      description: 'Cursor of the last file of the page before.',
    })
    after: string | null | undefined,
    @Ctx() context: GraphqlContext,
  ): Promise<QuarantineConnectionType> {
    const page = await this.useCases.listQuarantine(actorOf(context), {
      ...(filter && { filter: withoutNulls(filter) }),
      first: first ?? DEFAULT_PAGE_SIZE,
      ...(after != null && { after }),
    });
    return toQuarantineConnection(unwrap(page));
  }

  @FieldResolver(() => [QuarantineEventType], {
    description: 'What happened to the file, oldest first; the newest hundred.',
  })
  @Directive(hasPermission('quarantine:read'))
  @Directive(OWN_TRANSACTION)
  async history(
    @Root() { file }: QuarantineEntryType,
    @Ctx() context: GraphqlContext,
  ): Promise<readonly QuarantineEventType[]> {
    return unwrap(await this.useCases.quarantineHistory(actorOf(context), file)).map(toEventType);
  }
}

/** What a file itself says of the quarantine. */
@Resolver(() => FileType)
export class FileQuarantineResolver {
  constructor(private readonly useCases: Pick<UseCases, 'getQuarantine'>) {}

  @FieldResolver(() => QuarantineEntryType, {
    nullable: true,
    description:
      'What the quarantine knows of the file, also after its content is gone; null when it never was infected.',
  })
  @Directive(hasPermission('quarantine:read'))
  @Directive(OWN_TRANSACTION)
  async quarantine(@Root() file: File, @Ctx() context: GraphqlContext): Promise<QuarantineEntryType | null> {
    const entry = unwrap(await this.useCases.getQuarantine(actorOf(context), file));
    return entry && toEntry(entry);
  }
}
