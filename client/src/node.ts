import { createHttpTransport, type HttpTransportOptions } from './api/http-transport.js';
import { nodePlatform } from './node/node-platform.js';
import { openPath } from './node/open-path.js';
import type { ResumeStore } from './resume-store.js';
import { joinClient, type ClientOptions, type UploadClient } from './upload-client.js';
import { openBlob } from './upload-source.js';

/** What a client in Node is told. */
export interface UploadClientOptions extends HttpTransportOptions, ClientOptions {
  /** Remembers unfinished uploads, see {@link fileResumeStore}. @default nothing is remembered */
  readonly store?: ResumeStore | undefined;
}

/**
 * Uploads files from Node: from disk by their paths, or from memory. Give paths, and not what `openAsBlob` makes of them:
 * beyond 2 GiB that is not the file (https://github.com/nodejs/node/issues/52585).
 */
export function createUploadClient(options: UploadClientOptions): UploadClient<string | Blob> {
  return joinClient(
    {
      transport: createHttpTransport(options),
      platform: nodePlatform(),
      store: options.store,
      scope: options.url,
      open: (source) => (typeof source === 'string' ? openPath(source) : openBlob(source)),
    },
    options,
  );
}

export { clientCredentials, type ClientCredentials } from './node/client-credentials.js';
export { fileResumeStore } from './node/file-resume-store.js';
export { hasCode, UploadError } from './api/upload-error.js';
export type { UploadErrorCategory, UploadErrorCode, UploadErrorDetail } from './api/upload-error.js';
export type { GetToken, TokenRequest } from './api/access-token.js';
export type { LiveTransport } from './api/live.js';
export type { RetryPolicy } from './api/retry.js';
export type { Operation, Transport } from './api/transport.js';
export type { ResumeRecord, ResumeStore } from './resume-store.js';
export type { Upload } from './upload.js';
export type { ClientOptions, UploadClient } from './upload-client.js';
export type { UploadOptions } from './upload-deps.js';
export type { UploadedFile, UploadPhase, UploadSnapshot } from './upload-snapshot.js';
