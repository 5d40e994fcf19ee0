import type { File } from './file.js';

/** A file as JSON: what events and idempotent answers keep of it. Instants are RFC 3339 strings. */
export type FileSnapshot = Readonly<Record<string, unknown>>;

/** Freezes a file into JSON. */
export const toSnapshot = (file: File): FileSnapshot => JSON.parse(JSON.stringify(file)) as FileSnapshot;

type Late = 'transferMode' | 'isPartSizeOpen';
type Frozen = Omit<File, Late> & Partial<Pick<File, Late>>;

/** Thaws what {@link toSnapshot} made. */
export function fromSnapshot(snapshot: FileSnapshot): File {
  // What was frozen before there was a choice came through the API, in parts of the size that its sender was told.
  const { transferMode = 'PROXIED', isPartSizeOpen = false, ...file } = snapshot as unknown as Frozen;
  return {
    ...file,
    transferMode,
    isPartSizeOpen,
    verdict: file.verdict && { ...file.verdict, decidedAt: new Date(file.verdict.decidedAt) },
    expiresAt: file.expiresAt && new Date(file.expiresAt),
    createdAt: new Date(file.createdAt),
    updatedAt: new Date(file.updatedAt),
  };
}
