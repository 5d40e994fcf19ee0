import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Release, ReleaseStatus } from '../../domain/release.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { ReleaseStatusEnum } from './enums.js';

/** A request to let infected content out; whether it does so now is in the resolver. */
@ObjectType('Release', {
  description: 'A request to let infected content out for a while, and what became of it.',
})
export class ReleaseType {
  @Field(() => ID, { description: 'UUIDv7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The file, which stays INFECTED.' })
  readonly fileId!: string;

  @Field(() => Int, { description: 'Grows with every change of status.' })
  readonly version!: number;

  @Field(() => ReleaseStatusEnum, { description: 'Where it stands.' })
  readonly status!: ReleaseStatus;

  @Field(() => String, { description: 'Why the release is needed.' })
  readonly reason!: string;

  @Field(() => String, { description: 'Who asked; never who decides.' })
  readonly requestedBy!: string;

  @Field(() => DateTimeScalar, { description: 'When it was asked for.' })
  readonly requestedAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it ends by itself, decided or not.' })
  readonly expiresAt!: Date;

  @Field(() => String, { nullable: true, description: 'Who decided; null until then.' })
  readonly decidedBy!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was decided.' })
  readonly decidedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'What was written down with the decision.' })
  readonly decisionReason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Who ended it; `system:sweeper` when it ended by itself.',
  })
  readonly endedBy!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended.' })
  readonly endedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'EXPIRED, REVOKED, HIT (newer definitions found something) or REMOVED (the content is gone).',
  })
  readonly endCause!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What was written down with the end, or what was found.',
  })
  readonly endReason!: string | null;
}

/** The answer of a mutation that changes one release. */
@ObjectType('ReleasePayload', { description: 'The answer of a mutation that changes one release.' })
export class ReleasePayloadType {
  @Field(() => ReleaseType, { description: 'The release as the mutation left it.' })
  readonly release!: Release;
}
