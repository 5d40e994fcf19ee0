import { Readable } from 'node:stream';

/** A body that is read piece by piece, each piece a stream of its own; one at a time. */
export interface SplitBody {
  /** The next bytes, at most so many; what the body fails with, the piece fails with. */
  take(sizeBytes: number): Readable;
  /** Whether the body has ended; waits for it to say so. */
  isExhausted(): Promise<boolean>;
}

/** Splits a body without holding more of it than one chunk. */
export function splitBody(body: Readable): SplitBody {
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  let rest: Buffer = EMPTY;

  const nextChunk = async (): Promise<Buffer | undefined> => {
    if (rest.byteLength > 0) return rest;
    const { value } = await chunks.next();
    return value;
  };

  async function* piece(sizeBytes: number): AsyncGenerator<Buffer> {
    for (let left = sizeBytes; left > 0;) {
      const chunk = await nextChunk();
      if (!chunk) return;
      const cut = chunk.subarray(0, left);
      rest = chunk.subarray(cut.byteLength);
      left -= cut.byteLength;
      yield cut;
    }
  }

  return {
    take: (sizeBytes) => Readable.from(piece(sizeBytes), { objectMode: false }),
    isExhausted: async () => {
      rest = (await nextChunk()) ?? EMPTY;
      return rest.byteLength === 0;
    },
  };
}

const EMPTY = Buffer.alloc(0);
