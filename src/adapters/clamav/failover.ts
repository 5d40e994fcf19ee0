import { describeAddress, type ClamdAddress } from './address.js';

/** How long a clamd that failed is asked last. */
const COOL_DOWN_MS = 5_000;

/** Several clamds, of which some may be dead. */
export interface Failover {
  /** In which order to try: turn by turn, and those that failed of late at the end. */
  order(): readonly ClamdAddress[];
  failed(address: ClamdAddress): void;
  succeeded(address: ClamdAddress): void;
}

/**
 * Remembers which clamds failed of late. One that cools down is not forbidden but tried last: with no other
 * left, a clamd that has just come back is used at once.
 *
 * @param addresses - at least one
 * @param now - milliseconds that only grow; @default performance.now
 */
export function createFailover(
  addresses: readonly ClamdAddress[],
  now: () => number = () => performance.now(),
): Failover {
  const coldUntil = new Map<string, number>();
  let turn = 0;
  const isCold = (address: ClamdAddress): boolean => (coldUntil.get(describeAddress(address)) ?? 0) > now();
  return {
    order() {
      const start = turn++ % addresses.length;
      const turned = [...addresses.slice(start), ...addresses.slice(0, start)];
      return [...turned.filter((address) => !isCold(address)), ...turned.filter(isCold)];
    },
    failed: (address) => void coldUntil.set(describeAddress(address), now() + COOL_DOWN_MS),
    succeeded: (address) => void coldUntil.delete(describeAddress(address)),
  };
}
