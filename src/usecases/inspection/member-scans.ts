import type { ScanReply } from '../../domain/verdict.js';
import type { ScanSession } from '../../ports/scanner.js';
import { createArSplitter, type ArPiece } from './ar-splitter.js';

/** Scans of what lies in a file that the scanner itself would not open, beside that of the whole. */
export interface MemberScans {
  push(chunk: Uint8Array): Promise<void>;
  end(): void;
  abort(): void;
  /** One for each member, and one more where not all of them could be scanned. */
  replies(): readonly ScanReply[];
}

/** Members that are scanned, each in a session of its own: those of a large library, and of every package. */
const MOST_MEMBERS = 2_000;

/**
 * Gives a scanner each member of an archive of `ar` by itself: clamd does not know the kind of Debian packages, and
 * looks into nothing that is packed in one. Of all other files nothing is scanned here.
 *
 * @param begin - opens a session that scans as that of the whole does
 */
export function createMemberScans(begin: () => Promise<ScanSession>): MemberScans {
  const splitter = createArSplitter();
  const replies: ScanReply[] = [];
  let session: ScanSession | undefined;
  let members = 0;
  let isAborted = false;
  const open = async (): Promise<void> => {
    members += 1;
    if (members > MOST_MEMBERS) return;
    session = await begin();
    if (isAborted) session.abort();
  };
  const scan = async ({ bytes, isFirst, isLast }: ArPiece): Promise<void> => {
    if (isFirst) await open();
    if (!session) return;
    await session.write(bytes);
    if (!isLast) return;
    replies.push(await session.finish());
    session = undefined;
  };
  return {
    async push(chunk) {
      for (const piece of splitter.split(chunk)) await scan(piece);
    },
    end() {
      if (members > MOST_MEMBERS) {
        replies.push({ kind: 'limit', detail: `It has more than ${String(MOST_MEMBERS)} members.` });
      }
      if (splitter.isWhole()) return;
      session?.abort();
      replies.push({ kind: 'limit', detail: 'Its members cannot be told apart.' });
    },
    abort() {
      isAborted = true;
      session?.abort();
    },
    replies: () => replies,
  };
}
