import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { File } from '../../domain/file.js';
import { FileType } from '../file/type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { SafeIntScalar } from '../scalars/safe-int.js';

/** What comes of an answer. */
const PossessionOutcomeEnum = { STORED: 'STORED', SEND_BYTES: 'SEND_BYTES' } as const;

registerEnumType(PossessionOutcomeEnum, {
  name: 'PossessionOutcome',
  description: 'What comes of the answer to a challenge.',
  valuesConfig: {
    STORED: { description: 'The file is there, decided over like any other; nothing has to be sent.' },
    SEND_BYTES: { description: 'Upload the file as usual. Says nothing about what is stored.' },
  },
});

/** Asks somebody to show that they hold the bytes. */
@ObjectType('PossessionChallenge', {
  description: 'Asks to show that the bytes are at hand. Everybody gets one, whatever is stored.',
})
export class PossessionChallengeType {
  @Field(() => String, { description: '64 hexadecimal digits; the key of the proof.' })
  readonly challenge!: string;

  @Field(() => SafeIntScalar, {
    description: 'Size of every block but the last; a file of zero bytes has none.',
  })
  readonly blockSizeBytes!: number;

  @Field(() => DateTimeScalar, { description: 'When no answer is taken any more.' })
  readonly expiresAt!: Date;
}

/** What came of an answer. */
@ObjectType('ProvePossessionPayload', { description: 'What came of the answer to a challenge.' })
export class ProvePossessionPayloadType {
  @Field(() => PossessionOutcomeEnum, { description: 'Whether the bytes have to be sent.' })
  readonly outcome!: keyof typeof PossessionOutcomeEnum;

  @Field(() => FileType, {
    nullable: true,
    description: 'The new file; null when the bytes have to be sent.',
  })
  readonly file!: File | null;
}
