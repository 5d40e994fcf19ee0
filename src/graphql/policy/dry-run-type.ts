import { Field, Int, ObjectType } from 'type-graphql';
import type { FileState } from '../../domain/file-state.js';
import type { File } from '../../domain/file.js';
import type { DryRun } from '../../domain/policy-dry-run.js';
import type { DryRunReport } from '../../usecases/policy/dry-run-policy.js';
import { FileStateEnum } from '../file/enums.js';
import { FileType } from '../file/type.js';

/** How many files would have come from one outcome to another. */
@ObjectType('PolicyOutcomeCount', { description: 'How many files would have come to an outcome.' })
class PolicyOutcomeCountType {
  @Field(() => FileStateEnum, { description: 'The outcome of the verdict.' })
  readonly from!: FileState;

  @Field(() => FileStateEnum, {
    nullable: true,
    description: 'What it would have been; null where what is stored does not say.',
  })
  readonly to!: FileState | null;

  @Field(() => Int, { description: 'So many files.' })
  readonly count!: number;
}

/** One file of a dry run. */
@ObjectType('PolicyDryRunFile', { description: 'What other rules would have made of a file.' })
class PolicyDryRunFileType {
  @Field(() => FileType, { description: 'The file as it is.' })
  readonly file!: File;

  @Field(() => FileStateEnum, { description: 'The outcome of its verdict.' })
  readonly from!: FileState;

  @Field(() => FileStateEnum, {
    nullable: true,
    description: 'What it would have been; null where what is stored does not say.',
  })
  readonly to!: FileState | null;

  @Field(() => String, { nullable: true, description: 'Why it would not have been clean.' })
  readonly reason!: string | null;
}

/** What other rules would have decided. */
@ObjectType('PolicyDryRun', { description: 'What other rules would have decided over the last files.' })
export class PolicyDryRunType {
  @Field(() => Int, { description: 'Files that were looked at: the newest that have a verdict.' })
  readonly examined!: number;

  @Field(() => [PolicyOutcomeCountType], { description: 'Most frequent first.' })
  readonly counts!: readonly PolicyOutcomeCountType[];

  @Field(() => [PolicyDryRunFileType], {
    description: 'Files whose outcome or reason would be another one, newest first.',
  })
  readonly different!: readonly PolicyDryRunFileType[];

  @Field(() => [PolicyDryRunFileType], {
    description: 'Files that would have to be inspected again, because not all of their evidence is stored.',
  })
  readonly undecidable!: readonly PolicyDryRunFileType[];
}

/** A report as the API shows it. */
export const toDryRunType = ({
  examined,
  counts,
  different,
  undecidable,
}: DryRunReport): PolicyDryRunType => ({
  examined,
  counts,
  different: different.map(toFileOfRun),
  undecidable: undecidable.map(toFileOfRun),
});

const toFileOfRun = ({ file, outcome, wouldBe }: DryRun): PolicyDryRunFileType => ({
  file,
  from: outcome,
  to: wouldBe?.outcome ?? null,
  reason: wouldBe?.reason ?? null,
});
