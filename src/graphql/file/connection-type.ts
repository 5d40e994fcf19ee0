import { Field, Int, ObjectType } from 'type-graphql';
import type { File } from '../../domain/file.js';
import { encodeFileCursor, type FilePage } from '../../usecases/read-files.js';
import { FileType } from './type.js';

/** Where a page stands. */
@ObjectType('PageInfo', { description: 'Where a page stands among the others.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether files follow after the last of this page.' })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether files stand before the first of this page.' })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first file; null on an empty page.' })
  readonly startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last file; null on an empty page.' })
  readonly endCursor!: string | null;
}

/** A file in a list. */
@ObjectType('FileEdge', { description: 'A file in a list.' })
class FileEdgeType {
  @Field(() => String, { description: 'To be given as `after`.' })
  readonly cursor!: string;

  @Field(() => FileType, { description: 'The file.' })
  readonly node!: File;
}

/** A page of files. */
@ObjectType('FileConnection', { description: 'A page of files, newest first.' })
export class FileConnectionType {
  @Field(() => [FileEdgeType], { description: 'The files of the page.' })
  readonly edges!: readonly FileEdgeType[];

  @Field(() => PageInfoType, { description: 'Where the page stands.' })
  readonly pageInfo!: PageInfoType;

  @Field(() => Int, { description: 'Files that match the filter, on all pages.' })
  readonly totalCount!: number;
}

/** Says where a page stands. */
export const pageInfoOf = (
  { hasNextPage, hasPreviousPage }: Pick<PageInfoType, 'hasNextPage' | 'hasPreviousPage'>,
  edges: readonly { readonly cursor: string }[],
): PageInfoType => ({
  hasNextPage,
  hasPreviousPage,
  startCursor: edges[0]?.cursor ?? null,
  endCursor: edges.at(-1)?.cursor ?? null,
});

/** Turns a page into edges with cursors. */
export function toConnection(page: FilePage): FileConnectionType {
  const edges = page.files.map((node) => ({ cursor: encodeFileCursor(node), node }));
  return {
    edges,
    pageInfo: pageInfoOf(page, edges),
    totalCount: page.totalCount,
  };
}
