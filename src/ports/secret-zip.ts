import type { Readable } from 'node:stream';
import type { ZipEncryption } from '../domain/zip-encryption.js';

/** What goes into the zip. */
export interface ZipEntry {
  /** Lower-case letters, digits, `-` and `.`: no text of a user becomes a path. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  readonly body: Readable;
}

/** How the zip is locked. */
export interface ZipLock {
  readonly password: string;
  readonly encryption: ZipEncryption;
}

/**
 * Packs one stream into a zip with a password, on the way: a bounded part of it is in memory, none on a disk, and a
 * slow reader slows the body. When the body fails, so does the zip, and when the zip is destroyed, so is the body.
 */
export type SecretZip = (entry: ZipEntry, lock: ZipLock) => Promise<Readable>;
