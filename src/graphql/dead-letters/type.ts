import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { DeadLetter, DeadLetterCause, DeadLetterStatus } from '../../domain/dead-letter.js';
import type { AttemptEnd } from '../../domain/failure.js';
import type { File } from '../../domain/file.js';
import type { LetterOfFile } from '../../ports/dead-letters.js';
import { encodeLetterCursor, type DeadLetterPage } from '../../usecases/dead-letters/read-dead-letters.js';
import { PageInfoType, pageInfoOf } from '../file/connection-type.js';
import { FileType } from '../file/type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { AttemptEndEnum, DeadLetterCauseEnum, DeadLetterStatusEnum } from './enums.js';

/** One attempt that ended without a verdict. */
@ObjectType('FailedAttempt', { description: 'One attempt at an inspection that ended without a verdict.' })
export class FailedAttemptType {
  @Field(() => Int, { description: 'Its number in the life of the file.' })
  readonly attempt!: number;

  @Field(() => AttemptEndEnum, { description: 'How it ended.' })
  readonly failureClass!: AttemptEnd;

  @Field(() => String, { description: 'The same in one sentence.' })
  readonly message!: string;

  @Field(() => DateTimeScalar, { description: 'When that was noted.' })
  readonly occurredAt!: Date;
}

/** An inspection that was given up; its attempts are in the resolver. */
@ObjectType('DeadLetter', { description: 'An inspection that was given up, and what was decided over it.' })
export class DeadLetterType {
  /** For the resolver of the attempts. */
  readonly letter!: DeadLetter;

  @Field(() => ID, { description: 'UUID.' })
  readonly id!: string;

  @Field(() => FileType, { description: 'The file as it is now.' })
  readonly file!: File;

  @Field(() => DeadLetterStatusEnum, { description: 'What became of it.' })
  readonly status!: DeadLetterStatus;

  @Field(() => DeadLetterCauseEnum, { description: 'Why the inspection was given up.' })
  readonly cause!: DeadLetterCause;

  @Field(() => AttemptEndEnum, { description: 'How the last attempt ended.' })
  readonly failureClass!: AttemptEnd;

  @Field(() => String, { description: 'The same in one sentence.' })
  readonly message!: string;

  @Field(() => DateTimeScalar, { description: 'When it was given up.' })
  readonly createdAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Who decided over it; `system:sweeper` where nobody did in time.',
  })
  readonly decidedBy!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was decided over.' })
  readonly decidedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'What was written down with the decision.' })
  readonly reason!: string | null;
}

@ObjectType('DeadLetterEdge', { description: 'A dead letter in a list.' })
class DeadLetterEdgeType {
  @Field(() => String, { description: 'To be given as `after`.' })
  readonly cursor!: string;

  @Field(() => DeadLetterType, { description: 'The dead letter.' })
  readonly node!: DeadLetterType;
}

/** A page of dead letters. */
@ObjectType('DeadLetterConnection', { description: 'A page of dead letters, newest first.' })
export class DeadLetterConnectionType {
  @Field(() => [DeadLetterEdgeType], { description: 'The dead letters of the page.' })
  readonly edges!: readonly DeadLetterEdgeType[];

  @Field(() => PageInfoType, { description: 'Where the page stands.' })
  readonly pageInfo!: PageInfoType;

  @Field(() => Int, { description: 'Dead letters that match the filter, on all pages.' })
  readonly totalCount!: number;
}

/** The answer of a mutation that decides over one dead letter. */
@ObjectType('DeadLetterPayload', {
  description: 'The answer of a mutation that decides over one dead letter.',
})
export class DeadLetterPayloadType {
  @Field(() => DeadLetterType, { description: 'The dead letter as the mutation left it.' })
  readonly deadLetter!: DeadLetterType;
}

/** Says a dead letter in the words of the schema. */
export const toDeadLetter = ({ letter, file }: LetterOfFile): DeadLetterType => ({ ...letter, letter, file });

/** Turns a page into edges with cursors. */
export function toDeadLetterConnection(page: DeadLetterPage): DeadLetterConnectionType {
  const edges = page.letters.map((item) => ({ cursor: encodeLetterCursor(item), node: toDeadLetter(item) }));
  return { edges, pageInfo: pageInfoOf(page, edges), totalCount: page.totalCount };
}
