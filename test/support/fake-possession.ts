import { createHash } from 'node:crypto';
import { proofOf } from './prove.js';

/** What of an input is about possession. */
export interface PossessionInput {
  readonly challenge?: string;
  readonly proof?: string;
}

/** The same question for all: the key is the hash, so that the fake needs to remember none. */
export const challenge = (
  input: { readonly sha256?: string } | undefined,
  blockSizeBytes: number,
): unknown => ({
  challenge: input?.sha256,
  blockSizeBytes,
  expiresAt: '2099-01-01T00:00:00.000Z',
});

/** The stored content that the proof shows to be at hand; `undefined` for a wrong one. */
export function provenBy(
  stored: ReadonlyMap<string, Buffer>,
  input: PossessionInput | undefined,
  blockSizeBytes: number,
): Buffer | undefined {
  const key = input?.challenge ?? '';
  const content = stored.get(key);
  return content && proofOf(key, content, blockSizeBytes) === input?.proof ? content : undefined;
}

/** Stores a content as if it had been inspected. */
export function storeContent(stored: Map<string, Buffer>, content: Buffer): void {
  stored.set(createHash('sha256').update(content).digest('hex'), content);
}
