import { FILE_KEYS } from './read-answer.js';
import type { Sending } from './wire.js';

/** Headers of one user; the token is fetched again before it ends. */
export type Headers = Readonly<Record<string, string>>;

const FILE = `file { ${FILE_KEYS.join(' ')} }`;
const MUTATIONS = {
  createUpload: `mutation ($input: CreateUploadInput!) { answer: createUpload(input: $input) { ${FILE} } }`,
  signUploadParts: `mutation ($input: SignUploadPartsInput!) {
    answer: signUploadParts(input: $input) { parts { partNumber url headers { name value } } } }`,
  signS3Upload: `mutation ($input: SignS3UploadInput!) { answer: signS3Upload(input: $input) { url } }`,
  completeUpload: `mutation ($input: CompleteUploadInput!) { answer: completeUpload(input: $input) { ${FILE} } }`,
  cancelUpload: `mutation ($input: FileIdInput!) { answer: cancelUpload(input: $input) { ${FILE} } }`,
  deleteFile: `mutation ($input: FileIdInput!) { answer: deleteFile(input: $input) { ${FILE} } }`,
} as const;
const UPLOAD_FILE = `mutation ($file: Upload!, $input: UploadFileInput) {
  answer: uploadFile(file: $file, input: $input) { ${FILE} } }`;
const BOUNDARY = 'exactly-once-boundary';
const NOTHING = Buffer.alloc(0);

/** A GraphQL mutation with an input. */
export const mutation = (name: keyof typeof MUTATIONS, input: object, headers: Headers): Sending => ({
  method: 'POST',
  path: '/graphql',
  headers: { ...headers, 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ query: MUTATIONS[name], variables: { input } })),
});

/** `uploadFile`, as a GraphQL multipart request. */
export function form(bytes: Buffer, input: object, headers: Headers): Sending {
  const operations = JSON.stringify({ query: UPLOAD_FILE, variables: { file: null, input } });
  const head = [
    field('operations', operations),
    field('map', JSON.stringify({ 0: ['variables.file'] })),
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="0"; filename="form.bin"\r\n`,
    'Content-Type: application/octet-stream\r\n\r\n',
  ].join('');
  const type = {
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'apollo-require-preflight': '1',
  };
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
  return { method: 'POST', path: '/graphql', headers: { ...headers, ...type }, body };
}

const field = (name: string, value: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

/** A part that may be sent, and how. */
export interface SignedPart {
  readonly partNumber: number;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** The bytes of a part: to any API process, or to just the store that it was signed for. */
export function put({ url, headers }: SignedPart, body: Buffer): Sending {
  const { pathname, search } = new URL(url);
  return {
    method: 'PUT',
    path: search === '' ? pathname : url,
    headers: {
      'content-type': 'application/octet-stream',
      ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    },
    body,
  };
}

/** A call of S3, about an upload that is signed for it. */
export const s3 = (method: string, path: string, xml: string): Sending => ({
  method,
  path,
  headers: xml === '' ? {} : { 'content-type': 'application/xml' },
  body: Buffer.from(xml),
});

/** A request of tus, with bytes or without. */
export const tus = (
  method: string,
  path: string,
  headers: Headers,
  fields: Headers,
  body: Buffer = NOTHING,
): Sending => ({
  method,
  path,
  headers: {
    ...headers,
    'tus-resumable': '1.0.0',
    ...(body.length > 0 ? { 'content-type': 'application/offset+octet-stream' } : {}),
    ...fields,
  },
  body,
});
