import { print, type DocumentNode } from 'graphql';

/** One entry of `errors`. */
export interface ApiError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly category: string;
    readonly retryable: boolean;
    readonly correlationId: string;
    readonly field?: string;
  };
}

/** What an operation came to. */
export type ApiOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ApiError };

/** A file as the tests ask for it. */
export interface FileView {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly state: string;
  readonly downloadable: boolean;
  readonly sha256: string | null;
  readonly declaredType: string | null;
  readonly detectedType: string | null;
  readonly createdBy: string;
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
  readonly verdict: {
    readonly outcome: string;
    readonly reason: string | null;
    readonly findings: readonly { readonly code: string; readonly detail: string | null }[];
    readonly engine: string;
    readonly definitionsVersion: string;
    readonly scannedBytes: number;
  } | null;
  readonly upload: {
    readonly receivedBytes: number;
    readonly partSizeBytes: number;
    readonly partCount: number;
    readonly missingPartNumbers: readonly number[];
    readonly expiresAt: string | null;
    readonly parts: readonly {
      readonly partNumber: number;
      readonly sizeBytes: number;
      readonly etag: string;
      readonly sha256: string | null;
    }[];
  };
}

/** A part that may be sent. */
export interface SignedPartView {
  readonly partNumber: number;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** What `createUpload` answers. */
export interface CreatedView {
  readonly file: FileView;
  readonly transfer: { readonly partSizeBytes: number; readonly partCount: number; readonly tusUrl: string };
}

/** What `files` answers. */
export interface FilePage {
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly edges: readonly { readonly cursor: string; readonly node: FileView }[];
}

/** One user of the API. */
export interface ApiClient {
  readonly url: string;
  readonly token: string;
  /** Sends any operation; the first error counts. Rejects when no answer comes. */
  ask<T>(query: string | DocumentNode, variables?: object): Promise<ApiOutcome<T>>;
  createUpload(input: object): Promise<ApiOutcome<CreatedView>>;
  signUploadParts(input: object): Promise<ApiOutcome<{ readonly parts: readonly SignedPartView[] }>>;
  completeUpload(input: object): Promise<ApiOutcome<{ readonly file: FileView }>>;
  cancelUpload(input: object): Promise<ApiOutcome<{ readonly file: FileView }>>;
  deleteFile(input: object): Promise<ApiOutcome<{ readonly file: FileView }>>;
  createDownloadUrl(input: object): Promise<ApiOutcome<{ readonly url: string }>>;
  uploadFile(bytes: Uint8Array, input: object): Promise<ApiOutcome<{ readonly file: FileView }>>;
  file(id: string): Promise<ApiOutcome<FileView | null>>;
  files(variables: object): Promise<ApiOutcome<FilePage>>;
}

/** All that a file shows. */
export const FILE_FIELDS = `id version name sizeBytes state downloadable sha256 declaredType detectedType createdBy
  metadata { key value }
  verdict { outcome reason findings { code detail } engine definitionsVersion scannedBytes }
  upload { receivedBytes partSizeBytes partCount missingPartNumbers expiresAt
    parts { partNumber sizeBytes etag sha256 } }`;

const REQUEST_TIMEOUT_MS = 60_000;

const mutation = (name: string, input: string, answer: string): string =>
  `mutation ($input: ${input}!) { answer: ${name}(input: $input) { ${answer} } }`;

const FILE = `file { ${FILE_FIELDS} }`;
const DOCUMENTS = {
  createUpload: mutation(
    'createUpload',
    'CreateUploadInput',
    `${FILE} transfer { partSizeBytes partCount tusUrl }`,
  ),
  signUploadParts: mutation(
    'signUploadParts',
    'SignUploadPartsInput',
    'parts { partNumber url headers { name value } }',
  ),
  completeUpload: mutation('completeUpload', 'CompleteUploadInput', FILE),
  cancelUpload: mutation('cancelUpload', 'FileIdInput', FILE),
  deleteFile: mutation('deleteFile', 'FileIdInput', FILE),
  createDownloadUrl: mutation('createDownloadUrl', 'CreateDownloadUrlInput', 'url'),
  uploadFile: `mutation ($file: Upload!, $input: UploadFileInput) {
    answer: uploadFile(file: $file, input: $input) { ${FILE} } }`,
  file: `query ($id: ID!) { answer: file(id: $id) { ${FILE_FIELDS} } }`,
  files: `query ($filter: FileFilter, $first: Int, $after: String) {
    answer: files(filter: $filter, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { ${FILE_FIELDS} } } } }`,
} as const;

/** Speaks GraphQL over HTTP to one API process, as one user. */
export function createApiClient(url: string, token: string): ApiClient {
  const post = <T>(body: string | FormData, headers: Record<string, string>): Promise<ApiOutcome<T>> =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': 'true', ...headers },
      body,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    }).then(readAnswer<T>);
  const ask = <T>(query: string | DocumentNode, variables: object = {}): Promise<ApiOutcome<T>> =>
    post(JSON.stringify({ query: typeof query === 'string' ? query : print(query), variables }), JSON_TYPE);
  const mutate =
    <T>(name: keyof typeof DOCUMENTS) =>
    (input: object): Promise<ApiOutcome<T>> =>
      ask(DOCUMENTS[name], { input });
  return {
    url,
    token,
    ask,
    createUpload: mutate('createUpload'),
    signUploadParts: mutate('signUploadParts'),
    completeUpload: mutate('completeUpload'),
    cancelUpload: mutate('cancelUpload'),
    deleteFile: mutate('deleteFile'),
    createDownloadUrl: mutate('createDownloadUrl'),
    uploadFile: (bytes, input) => post(uploadForm(bytes, input), {}),
    file: (id) => ask(DOCUMENTS.file, { id }),
    files: (variables) => ask(DOCUMENTS.files, variables),
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** @see https://github.com/jaydenseric/graphql-multipart-request-spec */
function uploadForm(bytes: Uint8Array, input: object): FormData {
  const form = new FormData();
  const variables = { file: null, input };
  form.append('operations', JSON.stringify({ query: DOCUMENTS.uploadFile, variables }));
  form.append('map', JSON.stringify({ 0: ['variables.file'] }));
  form.append('0', new Blob([Uint8Array.from(bytes)]), 'sent.bin');
  return form;
}

async function readAnswer<T>(response: Response): Promise<ApiOutcome<T>> {
  const text = await response.text();
  const { data, errors } = parse(text, response.status) as {
    data?: { answer: T } | null;
    errors?: ApiError[];
  };
  const [error] = errors ?? [];
  if (error) return { ok: false, error };
  if (data) return { ok: true, value: data.answer };
  throw new Error(`Neither data nor errors, status ${response.status}: ${text.slice(0, 300)}`);
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`No JSON, status ${status}: ${text.slice(0, 300)}`, { cause });
  }
}

/** The value, where nothing may be refused. */
export function granted<T>(outcome: ApiOutcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.error.extensions.code}: ${outcome.error.message}`);
}

/** The code of a refusal; `undefined` when there was none. */
export const codeOf = (outcome: ApiOutcome<unknown>): string | undefined =>
  outcome.ok ? undefined : outcome.error.extensions.code;
