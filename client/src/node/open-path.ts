import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { OpenFile } from '../upload-source.js';

/** A file on disk, read as it is sent. */
export const openPath =
  (given: string, name?: string): OpenFile =>
  async () => {
    const absolute = path.resolve(given);
    const { size, mtimeMs, ino } = await stat(absolute);
    const blob = await openAsBlob(absolute);
    const fingerprint = [absolute, ino, size, mtimeMs].join('|');
    return { blob, name: name ?? path.basename(absolute), type: '', fingerprint };
  };
