import { TruncatedError } from '../reading/reader.js';

/** What an extended header says of a member beside its header. */
export interface PaxRecords {
  readonly name?: string;
  readonly linkTarget?: string;
  readonly sizeBytes?: number;
  /** Its bytes are not what is stored, but have holes between them. */
  readonly isSparse?: boolean;
}

const MOST_LENGTH_DIGITS = 8;
const NEWLINE = 0x0a;

/**
 * Reads records of the form `length key=value`, each of which is exactly as long as it says: a value may hold
 * what looks like another record.
 *
 * @throws TruncatedError for what keeps not to the form
 * @see POSIX.1-2017, pax Extended Header
 */
export function parsePax(bytes: Buffer): PaxRecords {
  let records: PaxRecords = {};
  for (let rest = bytes; rest.length > 0 && rest[0] !== 0;) {
    const digits = /^[1-9]\d* /.exec(rest.toString('latin1', 0, MOST_LENGTH_DIGITS))?.[0];
    const length = Number(digits);
    const record = rest.subarray(digits?.length ?? 0, length);
    const equals = record.indexOf('=');
    if (digits === undefined || length > rest.length || equals < 1 || record.at(-1) !== NEWLINE) {
      throw new TruncatedError('This is no record of an extended header');
    }
    records = {
      ...records,
      ...toRecord(record.toString('utf8', 0, equals), record.subarray(equals + 1, -1)),
    };
    rest = rest.subarray(length);
  }
  return records;
}

function toRecord(key: string, value: Buffer): PaxRecords {
  if (key.startsWith('GNU.sparse.')) return { isSparse: true };
  if (key === 'path') return { name: value.toString('utf8') };
  if (key === 'linkpath') return { linkTarget: value.toString('utf8') };
  return key === 'size'
    ? { sizeBytes: /^\d+$/.test(value.toString('latin1')) ? Number(value.toString('latin1')) : NaN }
    : {};
}
