import type { FileId, TenantId } from '../domain/ids.js';
import type { ZipEncryption } from '../domain/zip-encryption.js';

/** The right to put one part. */
export interface PartGrant {
  readonly tenantId: TenantId;
  readonly fileId: FileId;
  readonly partNumber: number;
  readonly sizeBytes: number;
  /** SHA-256 that the part must have, hexadecimal. */
  readonly sha256?: string;
  /** On whose behalf. */
  readonly subject: string;
}

/** The right to read the sealed copy of one file. */
export interface DownloadGrant {
  readonly tenantId: TenantId;
  readonly fileId: FileId;
  readonly subject: string;
}

/** The right to read infected content as it is, while one release of it is in force. */
export interface ReleasedGrant extends DownloadGrant {
  readonly releaseId: string;
}

/** The right to read infected content in a zip with a password. */
export interface ForensicGrant extends DownloadGrant {
  readonly encryption: ZipEncryption;
}

/** The right to run one upload in the manner of S3: to list its parts, complete it and give it up. */
export interface S3UploadGrant {
  readonly tenantId: TenantId;
  readonly fileId: FileId;
  /** On whose behalf. */
  readonly subject: string;
}

/**
 * Makes URLs that carry a right and an end, and reads them back. A URL that was altered, is over or was
 * made for another purpose reads as `undefined`.
 */
export interface UrlSigner {
  partUrl(grant: PartGrant, expiresAt: Date): Promise<string>;
  downloadUrl(grant: DownloadGrant, expiresAt: Date): Promise<string>;
  releasedUrl(grant: ReleasedGrant, expiresAt: Date): Promise<string>;
  forensicUrl(grant: ForensicGrant, expiresAt: Date): Promise<string>;
  s3UploadUrl(grant: S3UploadGrant, expiresAt: Date): Promise<string>;
  /** @param token - the last segment of the URL's path */
  readPart(token: string): Promise<PartGrant | undefined>;
  readDownload(token: string): Promise<DownloadGrant | undefined>;
  readReleased(token: string): Promise<ReleasedGrant | undefined>;
  readForensic(token: string): Promise<ForensicGrant | undefined>;
  readS3Upload(token: string): Promise<S3UploadGrant | undefined>;
  /** URL of the same upload as a tus 1.0 resource. */
  tusUrl(fileId: FileId): string;
}
