import { Field, ObjectType } from 'type-graphql';
import type { ScanCoverage } from '../../domain/verdict.js';
import type { FileState } from '../../domain/file-state.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { SafeIntScalar } from '../scalars/safe-int.js';
import { FileStateEnum, ScanCoverageEnum } from './enums.js';

/** One thing that the inspection found. */
@ObjectType('Finding', { description: 'One thing that the inspection found.' })
class FindingType {
  @Field(() => String, { description: 'Stable code, e.g. `MALWARE`.' })
  readonly code!: string;

  @Field(() => String, { description: "What exactly, e.g. the signature's name." })
  readonly detail!: string;

  @Field(() => String, { nullable: true, description: 'The member inside an archive, where known.' })
  readonly path!: string | null;
}

/** The outcome of an inspection. */
@ObjectType('Verdict', { description: 'The outcome of an inspection.' })
export class VerdictType {
  @Field(() => FileStateEnum, { description: 'CLEAN, INFECTED, UNSCANNABLE or REJECTED.' })
  readonly outcome!: FileState;

  @Field(() => String, {
    nullable: true,
    description:
      'Stable code, e.g. SCANNER_LIMIT, ENCRYPTED_ARCHIVE, TYPE_MISMATCH, CHECKSUM_MISMATCH; null when clean.',
  })
  readonly reason!: string | null;

  @Field(() => [FindingType], { description: 'What was found, in the order it was found.' })
  readonly findings!: readonly FindingType[];

  @Field(() => String, { description: 'Name and version of the scanner.' })
  readonly engine!: string;

  @Field(() => String, { description: 'Version of the definitions; empty when the scanner never answered.' })
  readonly definitionsVersion!: string;

  @Field(() => String, {
    nullable: true,
    description: "Version of the tenant's policy; null for verdicts from before policies had one.",
  })
  readonly policyVersion!: string | null;

  @Field(() => ScanCoverageEnum, {
    nullable: true,
    description: 'How the scanner came to look at all the bytes; null where no scan came to its end.',
  })
  readonly coverage!: ScanCoverage | null;

  @Field(() => SafeIntScalar, { description: 'Bytes that went through the scanner.' })
  readonly scannedBytes!: number;

  @Field(() => DateTimeScalar, { description: 'When the verdict was reached.' })
  readonly decidedAt!: Date;
}
