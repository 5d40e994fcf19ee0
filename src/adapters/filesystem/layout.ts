import path from 'node:path';
import { PermanentError } from '../../domain/errors.js';
import type { OpenUpload, StoredPart } from '../../ports/object-store.js';
import { DEPENDENCY } from './store-error.js';

/** Where everything lies below the root. Suffixes hold a dot, which keys cannot, so no two names meet. */
export interface Layout {
  /** Real path of the root, without symbolic links. */
  readonly root: string;
  /** Directory of the area that this layout's uploads and manifests are in. */
  readonly area: string;
  /** Directory of the sealed copies. */
  readonly vault: string;
  /** Files on their way to their name. */
  readonly scratch: string;
  /** The file that holds the id of the store. */
  readonly identity: string;
  /** What is looked for to tell whether the disk is there: the scratch directory, and the id once it was seen. */
  readonly landmark: { path: string };
  /** All directories that are there as long as the store is. */
  readonly areas: readonly string[];
  /** A file in the vault: the bytes themselves. */
  vaultFile(key: string): string;
  /** Everything about one key of the area. */
  keyDirectory(key: string): string;
  /** Which parts make the object; there is an object exactly when this file exists. */
  manifest(key: string): string;
  /** Parts of an upload that is still open. */
  openDirectory(upload: OpenUpload): string;
  /** The same directory once the upload is finished. */
  sealedDirectory(upload: OpenUpload): string;
}

/** Longest key: far below what any file system takes as a path. */
const MAX_KEY_CHARACTERS = 512;
/** Its segments leave room for suffixes within the 255 bytes of a name. */
const KEY = /^[a-z0-9-]{1,200}(?:\/[a-z0-9-]{1,200})*$/;
const HANDLE = /^[0-9a-f]{32}$/;

/**
 * Lays out a root directory. Its paths throw `PermanentError` for keys and handles that the server never made.
 *
 * @param areaName - of the area whose objects are manifests; infected content keeps that form
 * @param landmark - shared by all layouts of one root
 */
export function createLayout(
  root: string,
  areaName: 'ingest' | 'quarantine' = 'ingest',
  landmark: Layout['landmark'] = { path: path.join(root, 'tmp') },
): Layout {
  const area = path.join(root, areaName);
  const [vault, scratch] = [path.join(root, 'vault'), path.join(root, 'tmp')];
  const keyDirectory = (key: string): string => `${area}/${checkKey(key)}.object`;
  return {
    root,
    area,
    vault,
    scratch,
    identity: path.join(root, 'store-id'),
    landmark,
    areas: [path.join(root, 'ingest'), path.join(root, 'quarantine'), vault, scratch],
    vaultFile: (key) => `${vault}/${checkKey(key)}.bytes`,
    keyDirectory,
    manifest: (key) => `${keyDirectory(key)}/manifest`,
    openDirectory: (upload) => `${keyDirectory(upload.key)}/open-${checkHandle(upload.handle)}`,
    sealedDirectory: (upload) => `${keyDirectory(upload.key)}/sealed-${checkHandle(upload.handle)}`,
  };
}

/** Name of a part's file: carries its etag, so that a late older put never replaces what a ledger names. */
export function partFileName({ partNumber, etag }: StoredPart): string {
  if (!Number.isSafeInteger(partNumber) || partNumber < 1 || !HANDLE.test(etag)) {
    throw new PermanentError(DEPENDENCY, 'The part was not made by this store.');
  }
  return `${String(partNumber)}-${etag}`;
}

function checkKey(key: string): string {
  const isWellFormed = key.length <= MAX_KEY_CHARACTERS && KEY.test(key);
  if (!isWellFormed) throw new PermanentError(DEPENDENCY, 'The key is not one that the server makes.');
  return key;
}

function checkHandle(handle: string): string {
  if (!HANDLE.test(handle)) throw new PermanentError(DEPENDENCY, 'The handle was not made by this store.');
  return handle;
}
