import { createHttpTransport, type HttpTransportOptions } from './api/http-transport.js';
import { browserPlatform } from './browser/browser-platform.js';
import { workerBeside, type CreateWorker } from './browser/hasher.js';
import { indexedDbStore } from './browser/indexed-db-store.js';
import type { ResumeStore } from './resume-store.js';
import { joinClient, type ClientOptions, type UploadClient } from './upload-client.js';
import { openBlob } from './upload-source.js';

/** What every client of a page can be told, however its operations travel. */
export interface PageOptions extends ClientOptions {
  /** Remembers unfinished uploads; `null` for nothing. @default IndexedDB */
  readonly store?: ResumeStore | null | undefined;
  /** Starts `hash-worker.js` of this package. @default from beside this module */
  readonly createWorker?: CreateWorker | undefined;
}

/** What a client in a browser is told. */
export interface UploadClientOptions extends HttpTransportOptions, PageOptions {}

/** Uploads files from a page. */
export function createUploadClient(options: UploadClientOptions): UploadClient<Blob> {
  const { store = indexedDbStore(), createWorker = workerBeside } = options;
  return joinClient(
    {
      transport: createHttpTransport(options),
      platform: browserPlatform(createWorker),
      store: store ?? undefined,
      scope: options.url,
      open: (source) => openBlob(source),
    },
    options,
  );
}

export { hasCode, UploadError } from './api/upload-error.js';
export type { UploadErrorCategory, UploadErrorCode, UploadErrorDetail } from './api/upload-error.js';
export type { GetToken, TokenRequest } from './api/access-token.js';
export type { LiveTransport } from './api/live.js';
export type { RetryPolicy } from './api/retry.js';
export type { Operation, Transport } from './api/transport.js';
export type { CreateWorker } from './browser/hasher.js';
export type { ResumeRecord, ResumeStore } from './resume-store.js';
export type { Upload } from './upload.js';
export type { ClientOptions, UploadClient } from './upload-client.js';
export type { UploadOptions } from './upload-deps.js';
export type { UploadedFile, UploadPhase, UploadSnapshot } from './upload-snapshot.js';
