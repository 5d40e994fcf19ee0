import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Fragment, Part } from '../../domain/file.js';
import type { ObjectStore } from '../../ports/object-store.js';
import type { Transfer } from './transfer.js';

/** A stretch of an upload whose bytes are known by their hash. */
interface Stretch {
  readonly sizeBytes: number;
  /** `undefined` where nobody knows it. */
  readonly sha256: () => Promise<string | undefined>;
}

/**
 * Whether a body begins as an upload does, as far as both reach: how a repeated creation shows that it brings
 * the bytes of the first one. A stretch that the body does not fill is not compared.
 *
 * @throws the body's own error; TransientError of the store
 */
export async function beginsAlike(
  objects: ObjectStore,
  transfer: Transfer,
  body: Readable,
): Promise<boolean> {
  const stretches = stretchesOf(objects, transfer);
  let stretch = stretches.shift();
  let hash = createHash('sha256');
  let missing = stretch?.sizeBytes ?? 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    for (let rest = chunk; stretch && rest.length > 0;) {
      const piece = rest.subarray(0, missing);
      hash.update(piece);
      missing -= piece.length;
      rest = rest.subarray(piece.length);
      if (missing > 0) continue;
      const expected = await stretch.sha256();
      if (expected !== undefined && expected !== hash.digest('hex')) return false;
      stretch = stretches.shift();
      missing = stretch?.sizeBytes ?? 0;
      hash = createHash('sha256');
    }
    if (!stretch) return true;
  }
  return true;
}

function stretchesOf(objects: ObjectStore, { parts, fragments, offsetBytes }: Transfer): Stretch[] {
  const stretches: Stretch[] = [];
  let left = offsetBytes;
  for (let number = 1; left > 0; number += 1) {
    const part = parts.get(number);
    const ofPart = fragments.filter(({ partNumber }) => partNumber === number);
    const next = part ? [ofLedger(part)] : ofPart.map((fragment) => ofFragment(objects, fragment));
    if (next.length === 0) break;
    stretches.push(...next);
    left -= next.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }
  return stretches;
}

const ofLedger = ({ sizeBytes, sha256 }: Part): Stretch => ({
  sizeBytes,
  sha256: () => Promise.resolve(sha256 ?? undefined),
});

const ofFragment = (objects: ObjectStore, { sizeBytes, objectKey: key }: Fragment): Stretch => ({
  sizeBytes,
  sha256: async () => {
    const object = await objects.read({ area: 'ingest', key });
    if (!object) return undefined;
    const hash = createHash('sha256');
    for await (const chunk of object.body as AsyncIterable<Buffer>) hash.update(chunk);
    return hash.digest('hex');
  },
});
