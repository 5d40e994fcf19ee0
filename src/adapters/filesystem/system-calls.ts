import { close, fsync, open, readFile, realpath, rmdir, unlink } from 'node:fs';
import { promisify } from 'node:util';

/**
 * Calls that each small file needs several of, and of which some find nothing as often as not. Those of `node:fs/promises` cost
 * the thread of the process about twice as much: for the object round a descriptor, and for the stack of an error that nobody reads.
 */
export const systemCalls = {
  open: promisify(open),
  close: promisify(close),
  fsync: promisify(fsync),
  readFile: promisify(readFile),
  realpath: promisify(realpath.native),
  rmdir: promisify(rmdir),
  unlink: promisify(unlink),
};
