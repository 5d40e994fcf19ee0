import { Field, ID, ObjectType } from 'type-graphql';
import { encodeCursor } from '../../domain/cursor.js';
import type { QuarantineEvent, QuarantineEventKind } from '../../domain/quarantine-event.js';
import { CursorScalar } from '../scalars/cursor.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { QuarantineEventKindEnum } from './enums.js';

/** One entry of the history of a quarantine. */
@ObjectType('QuarantineEvent', { description: "One entry of the history of a tenant's quarantine." })
export class QuarantineEventType {
  @Field(() => CursorScalar, {
    description: 'To be given as `after` of `quarantineEvents` to go on from here.',
  })
  readonly cursor!: string;

  @Field(() => QuarantineEventKindEnum, { description: 'What happened.' })
  readonly kind!: QuarantineEventKind;

  @Field(() => ID, { description: 'The file.' })
  readonly fileId!: string;

  @Field(() => ID, { nullable: true, description: 'The release, where there is one.' })
  readonly releaseId!: string | null;

  @Field(() => String, { description: 'Who did it.' })
  readonly subject!: string;

  @Field(() => String, { nullable: true, description: 'As it was written down.' })
  readonly reason!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Of the release: when it ends by itself.' })
  readonly expiresAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of an end: EXPIRED, REVOKED, HIT, REMOVED. Of a removal: RETENTION, DELETED, LOST.',
  })
  readonly cause!: string | null;

  @Field(() => DateTimeScalar, { description: 'When.' })
  readonly occurredAt!: Date;

  @Field(() => String, { description: 'Ties it to the request or job that caused it.' })
  readonly correlationId!: string;
}

/** Gives an entry its cursor. */
export const toEventType = (event: QuarantineEvent): QuarantineEventType => ({
  ...event,
  cursor: encodeCursor(event.sequence),
});
