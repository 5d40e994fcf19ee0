/** Where the service is, and who asks. */
export interface LazaretOptions {
  /** Without a slash at the end. */
  readonly url: string;
  /** A valid access token; asked for each request, so that a long upload outlives a short token. */
  readonly token: () => Promise<string>;
  /** Which way the bytes of parts go: through the API, or straight to its object store. @default PROXIED */
  readonly transport?: 'PROXIED' | 'DIRECT';
}

/** What Uppy knows of a file that it is about to send. */
export interface NewFile {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly size: number | null;
}

/** A part that has arrived, or is said to have. */
export interface Part {
  readonly partNumber: number;
  readonly etag: string;
}

/** Where and how to send the bytes of one part. */
export interface SignedPart {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** The operations that an upload in parts is made of. */
export interface Lazaret {
  /** @returns the id of the file */
  createUpload(file: NewFile): Promise<string>;
  signPart(fileId: string, partNumber: number): Promise<SignedPart>;
  listParts(fileId: string): Promise<readonly (Part & { readonly sizeBytes: number })[]>;
  completeUpload(fileId: string, parts: readonly Part[]): Promise<void>;
  cancelUpload(fileId: string): Promise<void>;
  /** Where a client that speaks S3 runs the upload. */
  signS3Upload(fileId: string): Promise<string>;
  /** The upload as a resource; the last segment of the path is the id of the file. */
  locationOf(fileId: string): string;
}

const MIB = 1024 * 1024;
const MAX_PARTS = 10_000;

/**
 * How large each part of a file is. Uppy wants to know it before the upload exists, so it is computed here
 * and wished for when the upload is created.
 */
export const partSizeOf = (sizeBytes: number): number => Math.max(8 * MIB, Math.ceil(sizeBytes / MAX_PARTS));

/** Speaks GraphQL to Lazaret, and repeats what is worth repeating. */
export function createLazaret(options: LazaretOptions): Lazaret {
  const ask = <T>(query: string, variables: object): Promise<T> =>
    insist(() => askOnce<T>(options, query, variables));
  return {
    createUpload: async ({ name = 'unnamed', type, size }) => {
      const partSizeBytes = partSizeOf(size ?? 0);
      // The same key each time it is repeated, so that a lost answer does not open a second upload.
      const idempotencyKey = crypto.randomUUID();
      const contentType = type === '' ? undefined : type;
      const { transport } = options;
      const input = { name, contentType, sizeBytes: size, partSizeBytes, idempotencyKey, transport };
      const { createUpload } = await ask<CreateUpload>(CREATE, { input });
      if (createUpload.transfer.partSizeBytes !== partSizeBytes) {
        throw new Error('The part size was refused.');
      }
      return createUpload.file.id;
    },
    signPart: async (fileId, partNumber) => {
      const { signUploadParts } = await ask<SignParts>(SIGN, { input: { fileId, parts: [{ partNumber }] } });
      const [part] = signUploadParts.parts;
      if (!part) throw new Error('The part was not signed.');
      const headers = Object.fromEntries(part.headers.map(({ name, value }) => [name, value]));
      return { url: part.url, headers };
    },
    listParts: async (fileId) => (await ask<ListParts>(LIST, { fileId })).file?.upload.parts ?? [],
    completeUpload: async (fileId, parts) => {
      await ask(COMPLETE, { input: { fileId, parts } });
    },
    cancelUpload: async (fileId) => {
      await ask(CANCEL, { input: { fileId } });
    },
    signS3Upload: async (fileId) => (await ask<SignS3>(SIGN_S3, { input: { fileId } })).signS3Upload.url,
    locationOf: (fileId) => `${options.url}/uploads/${fileId}`,
  };
}

const CREATE = `mutation ($input: CreateUploadInput!) {
  createUpload(input: $input) { file { id } transfer { partSizeBytes } }
}`;
const SIGN = `mutation ($input: SignUploadPartsInput!) {
  signUploadParts(input: $input) { parts { url headers { name value } } }
}`;
const LIST = `query ($fileId: ID!) {
  file(id: $fileId) { upload { parts { partNumber etag sizeBytes } } }
}`;
const COMPLETE = `mutation ($input: CompleteUploadInput!) { completeUpload(input: $input) { file { state } } }`;
const CANCEL = `mutation ($input: FileIdInput!) { cancelUpload(input: $input) { file { state } } }`;
const SIGN_S3 = `mutation ($input: SignS3UploadInput!) { signS3Upload(input: $input) { url } }`;

interface CreateUpload {
  createUpload: { file: { id: string }; transfer: { partSizeBytes: number } };
}
interface SignParts {
  signUploadParts: { parts: { url: string; headers: { name: string; value: string }[] }[] };
}
interface ListParts {
  file: { upload: { parts: (Part & { sizeBytes: number })[] } } | null;
}
interface SignS3 {
  signS3Upload: { url: string };
}

/** What the service answered instead of what was asked for. */
class LazaretError extends Error {
  override readonly name = 'LazaretError';

  constructor(
    message: string,
    readonly isRetryable: boolean,
  ) {
    super(message);
  }
}

const RETRY_DELAYS_MS = [300, 1_000, 3_000, 5_000];

/** Repeats what failed for a reason that passes: a lost connection, or an answer that says so. */
async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  for (const delayMs of RETRY_DELAYS_MS) {
    try {
      return await attempt();
    } catch (error) {
      // fetch() throws a TypeError when there is no connection.
      const passes = error instanceof LazaretError ? error.isRetryable : error instanceof TypeError;
      if (!passes) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await online();
    }
  }
  return attempt();
}

async function online(): Promise<void> {
  if (navigator.onLine) return;
  await new Promise((resolve) => {
    addEventListener('online', resolve, { once: true });
  });
}

async function askOnce<T>({ url, token }: LazaretOptions, query: string, variables: object): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as {
    data?: T;
    errors?: { message: string; extensions?: { retryable?: boolean } }[];
    /** Of a problem (RFC 9457): what is refused before it is GraphQL. */
    detail?: string;
    retryable?: boolean;
  };
  const [error] = answer.errors ?? [];
  if (error) throw new LazaretError(error.message, error.extensions?.retryable === true);
  if (!answer.data) throw new LazaretError(answer.detail ?? 'No answer.', answer.retryable === true);
  return answer.data;
}
