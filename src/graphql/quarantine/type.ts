import { Field, Int, ObjectType } from 'type-graphql';
import { contentStateOf, type ContentState } from '../../domain/quarantine.js';
import type { File } from '../../domain/file.js';
import type { Release } from '../../domain/release.js';
import type { QuarantinedFile } from '../../ports/quarantine.js';
import { encodeQuarantineCursor, type QuarantinePage } from '../../usecases/quarantine/read-quarantine.js';
import { PageInfoType, pageInfoOf } from '../file/connection-type.js';
import { FileType } from '../file/type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { ContentStateEnum } from './enums.js';
import { ReleaseType } from './release-type.js';

/** What the quarantine knows of an infected file; its history is in the resolver. */
@ObjectType('QuarantineEntry', { description: 'What the quarantine knows of an infected file.' })
export class QuarantineEntryType {
  @Field(() => FileType, { description: 'The file; its verdict names the findings.' })
  readonly file!: File;

  @Field(() => DateTimeScalar, { description: 'When it was found to be infected.' })
  readonly quarantinedAt!: Date;

  @Field(() => ContentStateEnum, { description: 'Where the content is.' })
  readonly content!: ContentState;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when the content is kept; null while it moves.',
  })
  readonly retainedUntil!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the content was gone.' })
  readonly removedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'RETENTION, DELETED, or LOST where there was nothing to move.',
  })
  readonly removalCause!: string | null;

  @Field(() => ReleaseType, {
    nullable: true,
    description: 'The newest request for release; null when there is none.',
  })
  readonly release!: Release | null;
}

@ObjectType('QuarantineEdge', { description: 'An infected file in a list.' })
class QuarantineEdgeType {
  @Field(() => String, { description: 'To be given as `after`.' })
  readonly cursor!: string;

  @Field(() => QuarantineEntryType, { description: 'The entry.' })
  readonly node!: QuarantineEntryType;
}

/** A page of the quarantine. */
@ObjectType('QuarantineConnection', {
  description: 'A page of infected files, newest in the quarantine first.',
})
export class QuarantineConnectionType {
  @Field(() => [QuarantineEdgeType], { description: 'The entries of the page.' })
  readonly edges!: readonly QuarantineEdgeType[];

  @Field(() => PageInfoType, { description: 'Where the page stands.' })
  readonly pageInfo!: PageInfoType;

  @Field(() => Int, { description: 'Entries that match the filter, on all pages.' })
  readonly totalCount!: number;
}

/** Says an entry in the words of the schema. */
export const toEntry = ({ file, quarantine, release }: QuarantinedFile): QuarantineEntryType => {
  const { quarantinedAt, retainedUntil, removedAt, removalCause } = quarantine;
  return {
    file,
    quarantinedAt,
    content: contentStateOf(quarantine),
    retainedUntil,
    removedAt,
    removalCause,
    release,
  };
};

/** Turns a page into edges with cursors. */
export function toQuarantineConnection(page: QuarantinePage): QuarantineConnectionType {
  const edges = page.entries.map((entry) => ({
    cursor: encodeQuarantineCursor(entry),
    node: toEntry(entry),
  }));
  return { edges, pageInfo: pageInfoOf(page, edges), totalCount: page.totalCount };
}
