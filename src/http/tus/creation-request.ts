import type { IncomingHttpHeaders } from 'node:http';
import { fault, type Outcome } from '../../domain/errors.js';
import { ok } from '../../domain/result.js';
import type { CreateUploadInput } from '../../usecases/create-upload.js';
import { readMetadata } from './metadata.js';
import { UPLOADS_PATH } from './protocol.js';
import { contentLengthOf, continuesUpload, countOf, hasBody } from './request-headers.js';

/** What a request wants to create. */
export type CreationRequest =
  | { readonly kind: 'upload'; readonly input: CreateUploadInput }
  | {
      readonly kind: 'final';
      readonly input: Omit<CreateUploadInput, 'sizeBytes'>;
      readonly partialIds: readonly string[];
      /** The header as it came. */
      readonly concat: string;
    };

/** Most uploads that one can be put together from. */
const MAX_PARTIALS = 1_000;

/** Reads the headers of a creation. BAD_USER_INPUT, TOO_LARGE when the body is larger than the length. */
export function readCreation(headers: IncomingHttpHeaders): Outcome<CreationRequest> {
  const concat = textOf(headers, 'upload-concat');
  const described = readMetadata(
    textOf(headers, 'upload-metadata') ?? '',
    concat === 'partial' ? 'partial' : '',
  );
  if (!described.ok) return described;
  const key = textOf(headers, 'idempotency-key');
  const input = { ...described.value, ...(key === undefined ? {} : { idempotencyKey: key }) };
  if (concat?.startsWith('final;') === true) return readFinal(headers, concat, input);
  if (concat !== undefined && concat !== 'partial') {
    return wrong('Upload-Concat', 'must be "partial", or "final;" with the URLs of partial uploads');
  }
  const isPartial = concat === 'partial' || undefined;
  const sized = readLength(headers);
  return sized.ok ? ok({ kind: 'upload', input: { ...input, isPartial, sizeBytes: sized.value } }) : sized;
}

function readLength(headers: IncomingHttpHeaders): Outcome<number | undefined> {
  const length = countOf(headers, 'Upload-Length');
  if (!length.ok) return length;
  const defers = textOf(headers, 'upload-defer-length');
  if (defers !== undefined && defers !== '1') return wrong('Upload-Defer-Length', 'must be 1');
  // "The Client MUST send Upload-Length or Upload-Defer-Length."
  if ((length.value === undefined) !== (defers === '1')) {
    return wrong('Upload-Length', 'is required, unless Upload-Defer-Length is 1');
  }
  if (hasBody(headers) && continuesUpload(headers) && length.value !== undefined) {
    if ((contentLengthOf(headers) ?? 0) > length.value) return fault('TOO_LARGE');
  }
  return length;
}

function readFinal(
  headers: IncomingHttpHeaders,
  concat: string,
  input: Omit<CreateUploadInput, 'sizeBytes'>,
): Outcome<CreationRequest> {
  const urls = concat.slice('final;'.length).split(' ').filter(Boolean);
  // "The Client MUST NOT include the Upload-Length header in the final upload creation."
  if (headers['upload-length'] !== undefined || hasBody(headers)) {
    return wrong('Upload-Length', 'must not be given with a final upload, and no body either');
  }
  if (urls.length < 1 || urls.length > MAX_PARTIALS) {
    return wrong('Upload-Concat', `must name 1 to ${String(MAX_PARTIALS)} partial uploads`);
  }
  const partialIds = urls.map(idOf);
  return ok({ kind: 'final', input, partialIds, concat });
}

/** Relative or absolute, the path of an upload ends with its id. */
const idOf = (url: string): string => url.split(`${UPLOADS_PATH}/`).at(-1) ?? '';

function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

const wrong = (field: string, rule: string): ReturnType<typeof fault> =>
  fault('BAD_USER_INPUT', { message: `${field} ${rule}.`, field });
