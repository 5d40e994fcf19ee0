import type { ClamdAddress } from '../../src/adapters/clamav/address.js';
import {
  createClamavScanner,
  type ClamavHooks,
  type ClamavScanner,
  type ClamavSettings,
} from '../../src/adapters/clamav/scanner.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import type { ScanReply } from '../../src/domain/verdict.js';
import type { Scanner } from '../../src/ports/scanner.js';

/** A scanner for tests: short patience, so that a test which waits for its end need not wait long. */
export const makeScanner = (
  addresses: readonly ClamdAddress[],
  settings: Partial<ClamavSettings> = {},
  hooks: ClamavHooks = {},
  clock = createSystemClock(),
): ClamavScanner =>
  createClamavScanner(
    {
      addresses,
      maxStreamBytes: 2 ** 31 - 1,
      connectTimeoutMs: 300,
      writeTimeoutMs: 300,
      replyTimeoutMs: 300,
      selfTestIntervalMs: 60_000,
      maxDefinitionsAgeMs: 7 * 86_400_000,
      ...settings,
    },
    { clock },
    hooks,
  );

/** Reads an address as `CLAMD_ADDRESSES` writes it. */
export function toClamdAddress(url: string): ClamdAddress {
  const { protocol, hostname, port, pathname } = new URL(url);
  return protocol === 'unix:'
    ? { kind: 'unix', path: pathname }
    : { kind: 'tcp', host: hostname, port: Number(port) };
}

/** Scans chunks in one session. */
export async function scanChunks(
  scanner: Scanner,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<ScanReply> {
  const session = await scanner.begin();
  for await (const chunk of chunks) await session.write(chunk);
  return session.finish();
}
