import type { CreateUploadInput } from '../generated/graphql.js';
import type { UploadOptions } from '../upload-deps.js';
import type { OpenedFile } from '../upload-source.js';

/** What the service is told of a file, however its bytes come. */
export type FileDescription = Pick<CreateUploadInput, 'name' | 'contentType' | 'metadata' | 'priority'>;

/** Says what the caller says of a file, and what the file says of itself. */
export function describeFile({ name, type }: OpenedFile, options: UploadOptions): FileDescription {
  const contentType = options.contentType ?? type;
  return {
    name: options.name ?? name,
    ...(contentType === '' ? {} : { contentType }),
    ...(options.metadata === undefined ? {} : { metadata: [...options.metadata] }),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
  };
}
