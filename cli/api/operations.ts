/** Where a file stands, as the public contract says it. */
export type FileState =
  | 'PENDING'
  | 'RECEIVING'
  | 'SCANNING'
  | 'CLEAN'
  | 'INFECTED'
  | 'UNSCANNABLE'
  | 'REJECTED'
  | 'CANCELLED'
  | 'EXPIRED'
  | 'DELETED';

/** Why a file stands where it stands. */
export interface Verdict {
  readonly outcome: FileState;
  readonly reason: string | null;
  readonly findings: readonly { code: string; detail: string | null; path: string | null }[];
  readonly engine: string;
  readonly definitionsVersion: string;
  readonly scannedBytes: number;
  readonly decidedAt: string;
}

/** A file as this client reads it. */
export interface RemoteFile {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string | null;
  readonly detectedType: string | null;
  readonly state: FileState;
  readonly verdict: Verdict | null;
}

/** What of an upload is there and what is missing. */
export interface UploadStatus {
  readonly partSizeBytes: number;
  readonly partCount: number;
  readonly missingPartNumbers: readonly number[];
}

/** One look at an upload that is under way. */
export interface UploadProgress {
  readonly file: RemoteFile;
  readonly stage: FileState;
  readonly receivedBytes: number;
  readonly scannedBytes: number;
  readonly queuePosition: number | null;
}

/** One change of state in the tenant. */
export interface FileEvent {
  readonly cursor: string;
  readonly from: FileState | null;
  readonly to: FileState;
  readonly occurredAt: string;
  readonly correlationId: string;
  readonly file: RemoteFile & { readonly createdBy: string };
}

/** The right to put one part: exactly these headers, no other authentication. */
export interface SignedPart {
  readonly partNumber: number;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** What `createUpload` takes. */
export interface CreateUploadInput {
  readonly name: string;
  readonly sizeBytes: number;
  readonly contentType?: string;
  readonly sha256?: string;
  readonly priority?: 'INTERACTIVE' | 'BULK';
  readonly metadata?: readonly { readonly key: string; readonly value: string }[];
  readonly idempotencyKey: string;
}

/** A document together with the types of its answer and of its variables. */
export interface Operation<Data, Variables> {
  readonly query: string;
  /** Never there; carries the types. */
  readonly types?: (variables: Variables) => Data;
}

const FILE = `
  fragment FileParts on File {
    id name sizeBytes sha256 detectedType state
    verdict {
      outcome reason engine definitionsVersion scannedBytes decidedAt
      findings { code detail path }
    }
  }`;

/** Who the token speaks for. */
export const VIEWER: Operation<
  { viewer: { subject: string; tenant: { name: string }; permissions: readonly string[] } },
  Record<string, never>
> = { query: 'query Viewer { viewer { subject permissions tenant { name } } }' };

/** A file and its upload. */
export const FILE_BY_ID: Operation<
  { file: (RemoteFile & { readonly upload: UploadStatus }) | null },
  { id: string }
> = {
  query: `query FileById($id: ID!) {
    file(id: $id) { ...FileParts upload { partSizeBytes partCount missingPartNumbers } }
  } ${FILE}`,
};

/** Opens an upload. */
export const CREATE_UPLOAD: Operation<
  {
    createUpload: {
      readonly file: RemoteFile;
      readonly transfer: { readonly partSizeBytes: number; readonly partCount: number };
    };
  },
  { input: CreateUploadInput }
> = {
  query: `mutation CreateUpload($input: CreateUploadInput!) {
    createUpload(input: $input) { file { ...FileParts } transfer { partSizeBytes partCount } }
  } ${FILE}`,
};

/** Asks for the URLs of parts. */
export const SIGN_PARTS: Operation<
  { signUploadParts: { readonly parts: readonly SignedPart[] } },
  { input: { fileId: string; parts: readonly { partNumber: number; sha256?: string }[] } }
> = {
  query: `mutation SignParts($input: SignUploadPartsInput!) {
    signUploadParts(input: $input) { parts { partNumber url headers { name value } } }
  }`,
};

/** Says that all parts are there. */
export const COMPLETE_UPLOAD: Operation<
  { completeUpload: { readonly file: RemoteFile } },
  { input: { fileId: string; idempotencyKey: string } }
> = {
  query: `mutation CompleteUpload($input: CompleteUploadInput!) {
    completeUpload(input: $input) { file { ...FileParts } }
  } ${FILE}`,
};

/** Asks for the URL of a clean file. */
export const CREATE_DOWNLOAD_URL: Operation<
  { createDownloadUrl: { readonly url: string } },
  { input: { fileId: string } }
> = {
  query: 'mutation Download($input: CreateDownloadUrlInput!) { createDownloadUrl(input: $input) { url } }',
};

/** One upload, live. */
export const UPLOAD_PROGRESS: Operation<{ uploadProgress: UploadProgress }, { fileId: string }> = {
  query: `subscription Progress($fileId: ID!) {
    uploadProgress(fileId: $fileId) {
      stage receivedBytes scannedBytes queuePosition file { ...FileParts }
    }
  } ${FILE}`,
};

/** Everything that happens in the tenant, live. */
export const FILE_EVENTS: Operation<{ fileEvents: FileEvent }, { after?: string }> = {
  query: `subscription Events($after: Cursor) {
    fileEvents(after: $after) {
      cursor from to occurredAt correlationId file { ...FileParts createdBy }
    }
  } ${FILE}`,
};
