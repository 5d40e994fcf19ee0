import type { File } from '../../domain/file.js';
import { CONCAT_KEY, type MetadataEntry } from '../../domain/metadata.js';

/** Marks an upload that is only to become a stretch of another one: it is never inspected as it is. */
export const PARTIAL_MARK: MetadataEntry = { key: CONCAT_KEY, value: 'partial' };

/** Marks an upload that was put together, with what its creation said of that. */
export const finalMark = (concat: string): MetadataEntry => ({ key: CONCAT_KEY, value: concat });

/** What the creation of an upload said of concatenation; `undefined` for an upload of its own. */
export const concatOf = ({ metadata }: Pick<File, 'metadata'>): string | undefined =>
  metadata.find(({ key }) => key === CONCAT_KEY)?.value;

/** Whether an upload is only to become a stretch of another one. */
export const isPartial = (file: Pick<File, 'metadata'>): boolean => concatOf(file) === PARTIAL_MARK.value;

/** Whether an upload was put together from others. */
export const isFinal = (file: Pick<File, 'metadata'>): boolean =>
  concatOf(file)?.startsWith('final;') === true;
