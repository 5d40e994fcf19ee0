/** Which parser looks into content; `plain` has nothing to look into. */
export type Family =
  | 'zip'
  | 'gzip'
  | 'zstd'
  | 'bzip2'
  | 'xz'
  | 'tar'
  | 'ar'
  | '7z'
  | 'scanned'
  | 'opaque'
  | 'ole'
  | 'pdf'
  | 'rtf'
  | 'png'
  | 'jpeg'
  | 'gif'
  | 'riff'
  | 'image'
  | 'program'
  | 'markup'
  | 'text'
  | 'plain'
  | 'unknown';

/** Kinds that are nothing but a wrapping of other content, and never lie behind something else by chance. */
export const ARCHIVES = [
  'zip',
  'gzip',
  'zstd',
  'bzip2',
  'xz',
  'tar',
  '7z',
  'scanned',
  'opaque',
] as const satisfies readonly Family[];

/** What content is by its first bytes. */
export interface ContentType {
  /** The media type; `null` where the bytes are of no known kind. */
  readonly mediaType: string | null;
  readonly family: Family;
}
