import type { ArHeader } from '../../domain/ar-header.js';
import { TruncatedError, type Reader } from '../reading/reader.js';
import type { Family } from '../types/content-type.js';
import { HEAD_BYTES, identify } from '../types/identify.js';

/** Knows the names of the members of one archive of `ar`. */
export interface ArNames {
  /** Keeps the table of long names, of which there is one. */
  keep(table: Buffer): void;
  /** The name of a member; takes it where it stands in front of the content. Throws {@link TruncatedError} for none. */
  take(header: ArHeader, reader: Reader): Promise<string>;
}

/** What GNU calls the table of long names. */
export const AR_NAME_TABLE = '//';
const REFERENCE = /^\/(\d+)$/;
const MOST_NAME_BYTES = 4 * 1024;
/** What a name and what follows it may be taken for: a reader that knows no long names unpacks them as one file. */
const NAMES: ReadonlySet<Family> = new Set<Family>(['text', 'unknown', 'plain']);

/** Begins without a table. */
export function createArNames(): ArNames {
  let table: Buffer | undefined;
  return {
    keep(bytes) {
      if (table) throw new TruncatedError('There are two tables of names');
      table = bytes;
    },
    async take({ name, nameBytes }, reader) {
      if (nameBytes > 0) return takeName(reader, nameBytes);
      const offset = REFERENCE.exec(name)?.[1];
      if (offset !== undefined) return nameAt(table, Number(offset));
      return name.startsWith('/') ? name : shown(Buffer.from(name, 'latin1'));
    },
  };
}

async function takeName(reader: Reader, nameBytes: number): Promise<string> {
  const { family } = identify(await reader.peek(HEAD_BYTES));
  if (!NAMES.has(family)) throw new TruncatedError('This is no name');
  const bytes = await reader.take(nameBytes);
  return shown(bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1));
}

/** GNU ends a name by a line end; Windows by a zero, behind the whole path of an object that nobody unpacks to there. */
function nameAt(table: Buffer | undefined, offset: number): string {
  const bytes = table?.subarray(offset, offset + MOST_NAME_BYTES);
  const end = bytes?.findIndex((byte) => byte === 0x0a || byte === 0) ?? -1;
  if (!bytes || end < 0) throw new TruncatedError('There is no such name');
  const name = shown(bytes.subarray(0, end));
  return bytes[end] === 0 ? shown(Buffer.from(name.replace(/^.*[\\/]/s, ''))) : name;
}

/** GNU ends a name by a slash, so that there may be blanks in it. */
function shown(bytes: Buffer): string {
  const name = bytes.toString('utf8').replace(/\/$/, '');
  if (name === '' || /[\0-\x1f\x7f]/.test(name)) throw new TruncatedError('This is no name');
  return name;
}
