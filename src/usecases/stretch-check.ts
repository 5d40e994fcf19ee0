import { createPartMac, keyOfMac, type PartMac } from './part-mac.js';

/** Bytes that lie in the store, and what is known of them since they arrived. */
export interface Stretch {
  readonly sizeBytes: number;
  /** Absent where nobody has made one: such bytes are taken for what they were. */
  readonly mac?: string | undefined;
  /** Why other bytes are refused. */
  readonly refuse: () => Error;
}

/**
 * Watches bytes that are read again, one stretch behind the other.
 *
 * @returns what throws at the end of a stretch that is not what it was
 */
export function checkStretches(stretches: readonly Stretch[]): (bytes: Uint8Array) => void {
  const waiting = [...stretches];
  let open: OpenStretch | undefined;
  return (bytes) => {
    for (let rest = bytes; rest.byteLength > 0;) {
      open ??= begin(waiting.shift());
      if (!open) return;
      const piece = rest.subarray(0, open.missingBytes);
      open.proof?.update(piece);
      open.missingBytes -= piece.byteLength;
      rest = rest.subarray(piece.byteLength);
      if (open.missingBytes > 0) return;
      if (open.proof?.finish() !== open.stretch.mac) throw open.stretch.refuse();
      open = undefined;
    }
  };
}

interface OpenStretch {
  readonly stretch: Stretch;
  readonly proof: PartMac | undefined;
  missingBytes: number;
}

function begin(stretch: Stretch | undefined): OpenStretch | undefined {
  if (!stretch) return undefined;
  const { mac, sizeBytes } = stretch;
  return {
    stretch,
    proof: mac === undefined ? undefined : createPartMac(keyOfMac(mac)),
    missingBytes: sizeBytes,
  };
}
