import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { unreadable } from '../api/error-of-answer.js';
import type { OpenFile } from '../upload-source.js';
import { diskBlob } from './disk-blob.js';

/** A file on disk, read as it is sent. */
export const openPath =
  (given: string, name?: string): OpenFile =>
  async () => {
    const absolute = path.resolve(given);
    const stats = await stat(absolute);
    // A directory tells a size, and a pipe none: neither has bytes that could be read twice.
    if (!stats.isFile()) throw unreadable(undefined, `${absolute} is no file.`);
    await access(absolute, constants.R_OK);
    const { size, mtimeMs, ino } = stats;
    const blob = diskBlob({ path: absolute, sizeBytes: size, mtimeMs, ino });
    const fingerprint = [absolute, ino, size, mtimeMs].join('|');
    return { blob, name: name ?? path.basename(absolute), type: '', fingerprint };
  };
