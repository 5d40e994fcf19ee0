import { collect } from '../reading/limited.js';
import type { CompoundFile } from './compound-file.js';
import type { CompoundEntry } from './directory.js';

/** The files that a message of Outlook carries. */
export interface Attachments {
  /** The name of the file that a stream holds; `undefined` where the stream holds none. */
  nameOf(entry: CompoundEntry): string | undefined;
  /** Whether a stream was read to learn a name. */
  isRead(entry: CompoundEntry): boolean;
}

/** Streams of an attachment: its bytes, its long and its short name. @see [MS-OXMSG] 2.2.2 */
const DATA = /^__substg1\.0_37010102$/i;
const NAMES = /^__substg1\.0_370[47]001([EF])$/i;
const MOST_NAME_BYTES = 2_048;

/** Learns the names of the files that a message carries, before their bytes are looked at. */
export async function findAttachments(file: CompoundFile): Promise<Attachments> {
  const names = new Map<string, string>();
  const read = new Set<CompoundEntry>();
  for (const entry of file.entries) {
    const match = entry.kind === 'stream' ? NAMES.exec(entry.name) : null;
    if (!match || entry.sizeBytes > MOST_NAME_BYTES) continue;
    read.add(entry);
    const bytes = await collect(file.open(entry), MOST_NAME_BYTES);
    const name = bytes
      ?.toString(match[1]?.toUpperCase() === 'F' ? 'utf16le' : 'latin1')
      .replace(/\0.*$/s, '');
    const storage = entry.storages.join('/');
    // The long name is the true one.
    if (name !== undefined && name.length >= (names.get(storage)?.length ?? 0)) names.set(storage, name);
  }
  return {
    nameOf: (entry) =>
      DATA.test(entry.name) ? (names.get(entry.storages.join('/')) ?? '(attachment)') : undefined,
    isRead: (entry) => read.has(entry),
  };
}
