import type { DeadLetter } from '../../domain/dead-letter.js';
import { fromSnapshot, toSnapshot, type FileSnapshot } from '../../domain/file-snapshot.js';
import type { LetterOfFile } from '../../ports/dead-letters.js';
import type { AnswerCodec } from '../idempotent.js';

type FrozenLetter = Omit<DeadLetter, 'createdAt' | 'decidedAt'> & {
  readonly createdAt: string;
  readonly decidedAt: string | null;
};

/** A decision over a dead letter, as it is kept for those who send it again. */
export const LETTER_CODEC: AnswerCodec<LetterOfFile> = {
  freeze: ({ letter, file }) => ({
    letter: JSON.parse(JSON.stringify(letter)) as unknown,
    file: toSnapshot(file),
  }),
  thaw: (json) => {
    const { letter, file } = json as { readonly letter: FrozenLetter; readonly file: FileSnapshot };
    const decidedAt = letter.decidedAt === null ? null : new Date(letter.decidedAt);
    return {
      letter: { ...letter, createdAt: new Date(letter.createdAt), decidedAt },
      file: fromSnapshot(file),
    };
  },
};
