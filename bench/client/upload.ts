import { stretch, type Kind } from './bytes.js';
import { execute } from './graphql.js';
import { send } from './http.js';
import { inParallel } from './in-parallel.js';

/** One large upload. */
export interface UploadJob {
  readonly url: string;
  readonly sizeBytes: number;
  readonly parallel: number;
  readonly kind: Kind;
}

/** An upload whose URLs are signed and of which no byte has been sent. */
export interface SignedUpload {
  readonly fileId: string;
  readonly partSizeBytes: number;
  readonly urls: readonly string[];
}

const CREATE = `mutation ($input: CreateUploadInput!) {
  createUpload(input: $input) { file { id } transfer { partSizeBytes partCount } }
}`;
const SIGN = `mutation ($input: SignUploadPartsInput!) { signUploadParts(input: $input) { parts { url } } }`;
const COMPLETE = `mutation ($input: CompleteUploadInput!) { completeUpload(input: $input) { file { state } } }`;
const CANCEL = `mutation ($input: FileIdInput!) { cancelUpload(input: $input) { file { state } } }`;
const DELETE = `mutation ($input: FileIdInput!) { deleteFile(input: $input) { file { state } } }`;

/** Creates an upload and signs all of its parts. */
export async function openUpload(url: string, sizeBytes: number, name = 'bench.bin'): Promise<SignedUpload> {
  const { createUpload } = await execute<{
    createUpload: { file: { id: string }; transfer: { partSizeBytes: number; partCount: number } };
  }>(url, CREATE, { input: { name, sizeBytes } });
  const { id } = createUpload.file;
  const { partSizeBytes, partCount } = createUpload.transfer;
  const parts = Array.from({ length: partCount }, (_, index) => ({ partNumber: index + 1 }));
  const { signUploadParts } = await execute<{ signUploadParts: { parts: { url: string }[] } }>(url, SIGN, {
    input: { fileId: id, parts },
  });
  return { fileId: id, partSizeBytes, urls: signUploadParts.parts.map((part) => part.url) };
}

/** Sends every part to its URL. */
export async function putParts(
  { urls, partSizeBytes }: Omit<SignedUpload, 'fileId'>,
  { sizeBytes, parallel, kind }: Omit<UploadJob, 'url'>,
): Promise<void> {
  await inParallel(urls.length, parallel, async (index) => {
    const size = Math.min(partSizeBytes, sizeBytes - index * partSizeBytes);
    const answer = await send('PUT', urls[index] ?? '', {}, stretch(kind, index, size));
    if (answer.status !== 200) throw new Error(`A part was refused: ${String(answer.status)} ${answer.text}`);
  });
}

/** Says that all parts have been sent. */
export const complete = (url: string, fileId: string): Promise<unknown> =>
  execute(url, COMPLETE, { input: { fileId } });

/** Ends an upload that was sent to measure just that. */
export const cancel = (url: string, fileId: string): Promise<unknown> =>
  execute(url, CANCEL, { input: { fileId } });

/** Deletes a file, so that the disk does not fill. */
export const discard = (url: string, fileId: string): Promise<unknown> =>
  execute(url, DELETE, { input: { fileId } });
