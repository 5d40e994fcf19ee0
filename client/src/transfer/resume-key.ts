import type { UploadDeps, UploadOptions } from '../upload-deps.js';
import type { OpenedFile } from '../upload-source.js';
import { describeFile } from './describe-file.js';

/**
 * Under what an upload is remembered: the service, the file, and all that is said of it. Who says something else of
 * the same file wants another upload.
 *
 * @returns `undefined` when the upload cannot be remembered
 */
export function resumeKeyOf(
  { scope, store }: Pick<UploadDeps, 'scope' | 'store'>,
  file: OpenedFile,
  options: UploadOptions,
): string | undefined {
  const { fileId, isResumable = true, declareSha256, idempotencyKey } = options;
  const { fingerprint } = file;
  const isKept = store !== undefined && isResumable && fileId === undefined;
  if (!isKept || fingerprint === undefined) return undefined;
  const { name, contentType, metadata = [] } = describeFile(file, options);
  const entries = (metadata ?? []).map(({ key, value }) => [key, value]);
  const said = [fingerprint, name, contentType, entries, declareSha256, idempotencyKey];
  return `${scope}|${JSON.stringify(said)}`;
}
