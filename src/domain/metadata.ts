import { fault, type Outcome } from './errors.js';
import { ok } from './result.js';
import { hasInvisible, hasLoneSurrogate } from './text.js';

/** One pair that a client attached to its file. */
export interface MetadataEntry {
  readonly key: string;
  readonly value: string;
}

/** Key of the marks that the concatenation of uploads leaves; no client may give one. */
export const CONCAT_KEY = 'upload-concat';
/** Most pairs of one file. */
export const MAX_METADATA_ENTRIES = 64;
/** Longest key, in bytes of UTF-8. */
export const MAX_METADATA_KEY_BYTES = 128;
/** Longest value, in bytes of UTF-8. */
export const MAX_METADATA_VALUE_BYTES = 2048;

/** Checks the metadata of a file: bounded, visible, well-formed and without repeated or reserved keys. */
export function checkMetadata(entries: readonly MetadataEntry[]): Outcome<readonly MetadataEntry[]> {
  if (entries.length > MAX_METADATA_ENTRIES) {
    return fault('BAD_USER_INPUT', {
      message: `At most ${String(MAX_METADATA_ENTRIES)} metadata entries are accepted.`,
      field: 'metadata',
    });
  }
  const keys = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const broken = brokenRule(entry) ?? (keys.has(entry.key) ? 'keys must not repeat' : undefined);
    if (broken) return invalid(index, broken);
    keys.add(entry.key);
  }
  return ok(entries);
}

function brokenRule({ key, value }: MetadataEntry): string | undefined {
  if (key === '') return 'a key must not be empty';
  if (key === CONCAT_KEY) return 'this key is reserved';
  if (hasLoneSurrogate(key + value)) return 'keys and values must be well-formed Unicode';
  if (hasInvisible(key) || hasInvisible(value)) return 'control and invisible characters are not allowed';
  if (Buffer.byteLength(key) > MAX_METADATA_KEY_BYTES) return 'the key is too long';
  return Buffer.byteLength(value) > MAX_METADATA_VALUE_BYTES ? 'the value is too long' : undefined;
}

const invalid = (index: number, rule: string): ReturnType<typeof fault> =>
  fault('BAD_USER_INPUT', {
    message: `Metadata entry ${String(index + 1)}: ${rule}.`,
    field: `metadata[${String(index)}]`,
  });
