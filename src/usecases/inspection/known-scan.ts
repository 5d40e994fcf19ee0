import type { File, Part } from '../../domain/file.js';
import { isVerdictReusable } from '../../domain/verdict-reuse.js';
import type { StoredContent } from '../../ports/contents.js';
import type { FileTransaction } from '../../ports/file-store.js';
import type { Inspection } from './inspection.js';
import type { ScanStage } from './scan-stage.js';

/** What a scanner said of bytes that the tenant has stored: nothing is in them. It holds for the same bytes only. */
export type KnownScan = Pick<
  StoredContent,
  'vaultKey' | 'sha256' | 'sizeBytes' | 'engine' | 'definitionsVersion' | 'coverage' | 'inspectedAt'
>;

/**
 * The stored content that a file probably is: by the one part that it came in, which was hashed when it came, or else
 * by what its sender says. Only the pass over its bytes can show that it is.
 */
export async function expectContent(
  tx: FileTransaction,
  file: File,
  [first, second]: readonly Part[],
): Promise<StoredContent | undefined> {
  const sha256 = (second ? undefined : first?.sha256) ?? file.declaredSha256;
  return sha256 === null ? undefined : tx.findContent(sha256);
}

/**
 * Whether the scanner of now would say the same of the expected content, so that it need not be asked.
 *
 * @returns `undefined` where it has to be: nothing is expected, other definitions are in use, or too much time has gone
 * @throws TransientError when no scanner answers
 */
export async function findKnownScan(
  { deps, expected, sizeBytes }: Inspection,
  signal: AbortSignal,
): Promise<KnownScan | undefined> {
  if (!expected || expected.definitionsVersion === '' || expected.sizeBytes !== sizeBytes) return undefined;
  const { scanner, clock } = deps;
  const status = await scanner.status(signal);
  const isNumbered = status.definitionsBuiltAt !== null;
  const now = { ...status, isNumbered, at: clock.now() };
  return isVerdictReusable(expected, now) ? expected : undefined;
}

/**
 * Whether what was known of the bytes still is. To be asked in the transaction that decides by it: another inspection
 * of the same bytes may have ended otherwise meanwhile, and waits from here on.
 */
export async function isStillKnown(tx: FileTransaction, known: KnownScan): Promise<boolean> {
  const content = await tx.lockContent(known.vaultKey);
  return (
    content?.definitionsVersion === known.definitionsVersion &&
    content.engine === known.engine &&
    content.coverage === known.coverage &&
    content.sha256 === known.sha256
  );
}

/** Stands where the scanner would, and says what it has said. */
export function createKnownStage(known: KnownScan): ScanStage {
  let passedBytes = 0;
  return {
    engine: known.engine,
    definitionsVersion: known.definitionsVersion,
    isSegmented: false,
    push: (chunk) => void (passedBytes += chunk.length),
    end: () => undefined,
    scannedBytes: () => passedBytes,
    reply: () => ({ kind: 'ok' }),
  };
}
