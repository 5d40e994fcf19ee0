import type { ClamdAddress } from './config.js';

/** The rule of `CLAMD_ADDRESSES`, for whoever broke it. */
export const CLAMD_ADDRESSES_RULE = 'must be tcp://host:port or unix:///path, separated by commas';

const UNIX = 'unix://';

/**
 * Reads one address of `CLAMD_ADDRESSES`.
 *
 * @returns `undefined` for anything else
 */
export function parseClamdAddress(text: string): ClamdAddress | undefined {
  // A path is what it says: nothing in it is encoded.
  if (/^unix:\/\/\/./u.test(text)) return { kind: 'unix', path: text.slice(UNIX.length) };
  const parsed = /^tcp:\/\/[^/?#@]+:\d+$/u.test(text) ? URL.parse(text) : null;
  if (parsed === null || Number(parsed.port) === 0) return undefined;
  // Brackets belong to the notation of an address of IPv6, not to the address.
  return { kind: 'tcp', host: parsed.hostname.replace(/^\[(.*)\]$/u, '$1'), port: Number(parsed.port) };
}
