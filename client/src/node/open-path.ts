import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import type { OpenFile } from '../upload-source.js';
import { diskBlob } from './disk-blob.js';

/** A file on disk, read as it is sent. */
export const openPath =
  (given: string, name?: string): OpenFile =>
  async () => {
    const absolute = path.resolve(given);
    const { size, mtimeMs, ino } = await stat(absolute);
    await access(absolute, constants.R_OK);
    const blob = diskBlob({ path: absolute, sizeBytes: size, mtimeMs, ino });
    const fingerprint = [absolute, ino, size, mtimeMs].join('|');
    return { blob, name: name ?? path.basename(absolute), type: '', fingerprint };
  };
