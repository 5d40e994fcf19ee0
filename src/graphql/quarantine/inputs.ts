import { Field, ID, InputType, Int } from 'type-graphql';
import { IDEMPOTENCY_KEY } from '../idempotency-key.js';
import type { ReleaseStatus } from '../../domain/release.js';
import type { ZipEncryption } from '../../domain/zip-encryption.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { ReleaseStatusEnum, ZipEncryptionEnum } from './enums.js';

/** Life of a forensic URL where the client does not say. */
export const DEFAULT_FORENSIC_TTL_SECONDS = 300;

/** Selects infected files. */
@InputType('QuarantineFilter', { description: 'Selects infected files; what is left out does not restrict.' })
export class QuarantineFilterInput {
  @Field(() => String, { nullable: true, description: 'Part of the name; letter case does not matter.' })
  readonly nameContains?: string | null;

  @Field(() => String, { nullable: true, description: 'Subject of the token that began the upload.' })
  readonly createdBy?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Part of what was found; letter case does not matter.',
  })
  readonly findingContains?: string | null;

  @Field(() => [ReleaseStatusEnum], {
    nullable: true,
    description: 'The newest release stands at one of these.',
  })
  readonly releaseStatuses?: ReleaseStatus[] | null;
}

/** Asks for a release. */
@InputType('RequestReleaseInput', {
  description: 'Asks somebody else to let infected content out for a while.',
})
export class RequestReleaseInput {
  @Field(() => ID, { description: 'The file.' })
  readonly fileId!: string;

  @Field(() => String, { description: 'Why, in words; up to 2,000 characters.' })
  readonly reason!: string;

  @Field(() => DateTimeScalar, {
    description: 'When the release ends by itself: in the future, and before the content is removed.',
  })
  readonly expiresAt!: Date;

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  readonly idempotencyKey?: string | null;
}

/** Approves a release. */
@InputType('ApproveReleaseInput', { description: 'Approves what somebody else asked for.' })
export class ApproveReleaseInput {
  @Field(() => ID, { description: 'The release.' })
  readonly releaseId!: string;

  @Field(() => String, { nullable: true, description: 'What is to be written down with it.' })
  readonly reason?: string | null;

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  readonly idempotencyKey?: string | null;
}

/** Refuses or ends a release. */
@InputType('EndReleaseInput', { description: 'Refuses or ends a release, with a reason.' })
export class EndReleaseInput {
  @Field(() => ID, { description: 'The release.' })
  readonly releaseId!: string;

  @Field(() => String, { description: 'Why, in words; up to 2,000 characters.' })
  readonly reason!: string;

  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  readonly idempotencyKey?: string | null;
}

/** Which content to examine. */
@InputType('CreateForensicUrlInput', { description: 'Which infected content, how locked, and for how long.' })
export class CreateForensicUrlInput {
  @Field(() => ID, { description: 'The file.' })
  readonly fileId!: string;

  @Field(() => ZipEncryptionEnum, {
    nullable: true,
    defaultValue: ZipEncryptionEnum.ZIP_CRYPTO,
    description: 'How the zip is locked.',
  })
  readonly encryption?: ZipEncryption | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_FORENSIC_TTL_SECONDS,
    description: 'Seconds, 1 to 3,600.',
  })
  readonly ttlSeconds?: number | null;
}
