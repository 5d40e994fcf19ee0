const PREFIX = 'e1.';
const CURSOR = /^e1\.(0|[1-9]\d{0,14})$/;

/** Turns a position in a tenant's history into an opaque cursor. */
export const encodeCursor = (sequence: number): string =>
  Buffer.from(`${PREFIX}${String(sequence)}`).toString('base64url');

/** Reads a cursor; `undefined` when it is none of ours. */
export function decodeCursor(cursor: string): number | undefined {
  const match = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  return match ? Number(match[1]) : undefined;
}
