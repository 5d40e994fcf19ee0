import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { File } from '../../domain/file.js';
import { coverageOf, type Verdict } from '../../domain/verdict.js';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { MAX_PAGE_SIZE } from '../limits/limits.js';
import { OWN_TRANSACTION } from '../limits/own-transaction.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import { SafeIntScalar } from '../scalars/safe-int.js';
import type { UseCases } from '../use-cases.js';
import { withoutNulls } from '../without-nulls.js';
import { FileConnectionType, toConnection } from './connection-type.js';
import { FileFilterInput, FileIdInput } from './inputs.js';
import { FilePayloadType } from './payload-type.js';
import { FileType } from './type.js';
import { VerdictType } from './verdict-type.js';

const DEFAULT_PAGE_SIZE = 50;

/** Reading and deleting files. */
@Resolver(() => FileType)
export class FileResolver {
  constructor(
    private readonly useCases: Pick<UseCases, 'getFile' | 'listFiles' | 'deleteFile' | 'issueReceipt'>,
  ) {}

  @Query(() => FileType, {
    nullable: true,
    description: 'One file; null when the tenant has none with this id.',
  })
  @Directive(hasPermission('file:read'))
  async file(
    @Arg('id', () => ID, { description: 'The file.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<File | null> {
    return unwrap(await this.useCases.getFile(actorOf(context), id));
  }

  @Query(() => FileConnectionType, { description: 'A page of the files of the tenant, newest first.' })
  @Directive(hasPermission('file:read'))
  async files(
    @Arg('filter', () => FileFilterInput, { nullable: true, description: 'Which files; all when left out.' })
    filter: FileFilterInput | null | undefined,
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
  ): Promise<FileConnectionType> {
    const page = await this.useCases.listFiles(actorOf(context), {
      ...(filter && { filter: withoutNulls(filter) }),
      first: first ?? DEFAULT_PAGE_SIZE,
      ...(after != null && { after }),
    });
    return toConnection(unwrap(page));
  }

  @Mutation(() => FilePayloadType, { description: 'Deletes the content of a file; the record stays.' })
  @Directive(hasPermission('file:delete'))
  async deleteFile(
    @Arg('input', () => FileIdInput, { description: 'Which file.' }) input: FileIdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<FilePayloadType> {
    return { file: unwrap(await this.useCases.deleteFile(actorOf(context), withoutNulls(input))) };
  }

  @FieldResolver(() => SafeIntScalar, {
    description: 'As declared; while the length is not known yet, what has been received.',
  })
  sizeBytes(@Root() file: File): number {
    return file.sizeBytes ?? file.receivedBytes;
  }

  @FieldResolver(() => Boolean, { description: 'The state is CLEAN and the caller may download.' })
  downloadable(@Root() file: File, @Ctx() context: GraphqlContext): boolean {
    return file.state === 'CLEAN' && actorOf(context).permissions.has('file:download');
  }

  @FieldResolver(() => VerdictType, {
    nullable: true,
    description: 'The outcome of the inspection; null until then.',
  })
  verdict(@Root() { verdict }: File): VerdictType | null {
    return verdict && toVerdict(verdict);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Signed statement of the verdict, a compact JWS that anybody can verify offline; null until there is a verdict.',
  })
  @Directive(OWN_TRANSACTION)
  async receipt(@Root() file: File, @Ctx() context: GraphqlContext): Promise<string | null> {
    return unwrap(await this.useCases.issueReceipt(actorOf(context), file));
  }
}

const toVerdict = (verdict: Verdict): VerdictType => ({
  ...verdict,
  policyVersion: verdict.policyVersion ?? null,
  coverage: coverageOf(verdict),
  findings: verdict.findings.map((finding) => ({ ...finding, detail: finding.detail ?? '' })),
});
