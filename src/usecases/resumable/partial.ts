import type { File } from '../../domain/file.js';
import type { MetadataEntry } from '../../domain/metadata.js';

/** Marks an upload that is only to become a stretch of another one: it is never inspected as it is. */
export const PARTIAL_MARK: MetadataEntry = { key: 'upload-concat', value: 'partial' };

/** Whether an upload is only to become a stretch of another one. */
export const isPartial = ({ metadata }: Pick<File, 'metadata'>): boolean =>
  metadata.some(({ key, value }) => key === PARTIAL_MARK.key && value === PARTIAL_MARK.value);
