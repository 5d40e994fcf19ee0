import { createRoleStore } from '../adapters/postgres/role-store.js';
import { createUrlSigner } from '../adapters/signing/url-signer.js';
import { createUuidV7Ids } from '../adapters/system/uuid-v7-ids.js';
import type { Platform } from '../compose.js';
import type { RoleStore } from '../ports/role-store.js';
import type { UrlSigner } from '../ports/url-signer.js';
import { completeUpload } from '../usecases/complete-upload.js';
import { createUpload } from '../usecases/create-upload.js';
import { createDownloadUrl, openDownload } from '../usecases/downloads.js';
import { cancelUpload, deleteFile } from '../usecases/end-file.js';
import { getFile, getViewer, listFiles, uploadStatus } from '../usecases/read-files.js';
import { receiveFile } from '../usecases/receive-file.js';
import { receivePart } from '../usecases/receive-part.js';
import { signUploadParts } from '../usecases/sign-upload-parts.js';
import { watchFileEvents } from '../usecases/watch-file-events.js';
import { watchUpload } from '../usecases/watch-upload.js';

/** Everything that the API can do. */
export type ApiUseCases = ReturnType<typeof composeUseCases>;

/** What the API is made of beside the platform. */
export interface ApiParts {
  readonly urls: UrlSigner;
  readonly roles: RoleStore;
  readonly useCases: ApiUseCases;
}

/** Composes the use-cases of the API. */
export function composeApi(platform: Platform): ApiParts {
  const { config, clock, database } = platform;
  const { publicUrl } = config.http;
  const urls = createUrlSigner({ key: config.urlSigningKey, publicUrl, clock });
  return { urls, roles: createRoleStore(database), useCases: composeUseCases(platform, urls) };
}

function composeUseCases({ config, clock, files, objects, bus }: Platform, urls: UrlSigner) {
  const deps = { files, objects, bus, clock, urls, ids: createUuidV7Ids(), settings: config.upload };
  return {
    createUpload: createUpload(deps),
    signUploadParts: signUploadParts(deps),
    receivePart: receivePart(deps),
    receiveFile: receiveFile(deps),
    completeUpload: completeUpload(deps),
    cancelUpload: cancelUpload(deps),
    deleteFile: deleteFile(deps),
    createDownloadUrl: createDownloadUrl(deps),
    openDownload: openDownload(deps),
    getFile: getFile(deps),
    listFiles: listFiles(deps),
    uploadStatus: uploadStatus(deps),
    getViewer: getViewer(deps),
    watchUpload: watchUpload(deps),
    watchFileEvents: watchFileEvents(deps),
  };
}
