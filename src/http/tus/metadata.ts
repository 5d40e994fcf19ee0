import { fault, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { CONCAT_KEY, type MetadataEntry } from '../../domain/metadata.js';
import { ok } from '../../domain/result.js';

/** What of a file can be told in `Upload-Metadata`. */
export interface UploadMetadata {
  readonly name: string;
  readonly contentType?: string;
  readonly sha256?: string;
  readonly metadata: readonly MetadataEntry[];
}

const PAIR = /^([\x21-\x2b\x2d-\x7e]+)(?: ([A-Za-z0-9+/]*={0,2}))?$/;
const NAME_KEYS = ['filename', 'name'];
const TYPE_KEYS = ['filetype', 'type'];

/**
 * Reads an `Upload-Metadata` header: pairs of a key and a Base64 encoded value, separated by commas. `filename`,
 * `filetype` and `sha256` describe the file; everything else is kept as it is.
 *
 * @param nameless - name where the header has none
 * @returns BAD_USER_INPUT
 * @see https://tus.io/protocols/resumable-upload#upload-metadata
 */
export function readMetadata(header: string, nameless = ''): Outcome<UploadMetadata> {
  const entries = new Map<string, string>();
  for (const text of header.split(',').map((pair) => pair.trim())) {
    if (text === '') continue;
    const [, key, encoded = ''] = PAIR.exec(text) ?? [];
    const value = decode(encoded);
    // "The key MUST be ASCII encoded and MUST NOT contain spaces and commas ... All keys MUST be unique."
    if (key === undefined || value === undefined || entries.has(key)) return malformed();
    entries.set(key, value);
  }
  const name = first(entries, NAME_KEYS) ?? nameless;
  const contentType = first(entries, TYPE_KEYS);
  const sha256 = first(entries, ['sha256']);
  return ok({
    name,
    ...(contentType === undefined ? {} : { contentType }),
    ...(sha256 === undefined ? {} : { sha256 }),
    metadata: [...entries]
      .filter(([key]) => key !== 'filename' && key !== 'filetype' && key !== 'sha256')
      .map(([key, value]) => ({ key, value })),
  });
}

/** Says a file as `Upload-Metadata`. */
export function writeMetadata({ name, declaredType, declaredSha256, metadata }: File): string {
  const entries: MetadataEntry[] = [
    { key: 'filename', value: name },
    ...(declaredType === null ? [] : [{ key: 'filetype', value: declaredType }]),
    ...(declaredSha256 === null ? [] : [{ key: 'sha256', value: declaredSha256 }]),
    // Metadata that came by another protocol may have keys that have no place in a header.
    ...metadata.filter(({ key }) => key !== CONCAT_KEY && /^[\x21-\x2b\x2d-\x7e]+$/.test(key)),
  ];
  return entries.map(({ key, value }) => `${key} ${Buffer.from(value).toString('base64')}`).join(',');
}

/** The first of some keys that has something to say; browsers name unknown types with an empty text. */
const first = (entries: ReadonlyMap<string, string>, keys: readonly string[]): string | undefined =>
  keys.map((key) => entries.get(key)).find((value) => value !== undefined && value !== '');

function decode(encoded: string): string | undefined {
  // Of four characters one alone stands for nothing; padding may be left out.
  if (encoded.replace(/=+$/, '').length % 4 === 1) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'));
  } catch {
    return undefined;
  }
}

const malformed = (): ReturnType<typeof fault> =>
  fault('BAD_USER_INPUT', {
    message: 'Upload-Metadata has unique keys, each with a Base64 encoded text in UTF-8.',
    field: 'Upload-Metadata',
  });
