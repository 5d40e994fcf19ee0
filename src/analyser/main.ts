import { isTooMuch } from '../domain/too-much.js';
import { analyseFile, type FileLabel } from './analyse-file.js';
import type { AnalysisLimits } from './budget.js';
import { FRAME_HEADER_BYTES, jsonFrame, readFrameHeader, type FrameKind } from './frames.js';
import { createReader, GoneError, type Reader, type Source } from './reading/reader.js';

/** What a file begins with. */
interface Begin {
  readonly label: FileLabel;
  readonly limits: AnalysisLimits;
}

const answer = (kind: FrameKind, value: unknown): void => void process.stdout.write(jsonFrame(kind, value));

/** The bytes of one file, frame by frame, and no byte beyond its end. */
function bodyOf(input: Reader, whenAsked: () => void): Source & { drain(): Promise<void> } {
  const next = (): Promise<number> => nextData(input, whenAsked);
  const chunks = (async function* (): AsyncGenerator<Buffer, undefined> {
    for (let left = await next(); left > 0; left = await next()) {
      while (left > 0) {
        const chunk = await input.next(left);
        if (!chunk) throw new GoneError('The worker has gone');
        left -= chunk.length;
        yield chunk;
      }
    }
  })();
  return {
    [Symbol.asyncIterator]: () => chunks,
    enough: (tailBytes) => answer('enough', { tailBytes }),
    async drain() {
      while (!(await chunks.next()).done) continue;
    },
  };
}

/** How many bytes the next frame has; none at the end of the file. */
async function nextData(input: Reader, whenAsked: () => void): Promise<number> {
  let header = readFrameHeader(await takeHeader(input));
  for (; header?.kind === 'ask'; header = readFrameHeader(await takeHeader(input))) whenAsked();
  if (header?.kind === 'end') return 0;
  if (header?.kind === 'data' && header.payloadBytes > 0) return header.payloadBytes;
  throw new GoneError('Bytes of a file were expected');
}

const takeHeader = (input: Reader): Promise<Buffer> =>
  input.take(FRAME_HEADER_BYTES).catch((cause: unknown) => {
    throw new GoneError('The worker has gone', { cause });
  });

/** Analyses one file after the other until the worker closes the pipe. An error ends the process: it is replaced. */
async function serve(input: Reader): Promise<void> {
  answer('ready', {});
  while ((await input.peek(1)).length > 0) {
    const header = readFrameHeader(await input.take(FRAME_HEADER_BYTES));
    if (header?.kind !== 'begin') throw new Error('A file was expected');
    const { label, limits } = JSON.parse((await input.take(header.payloadBytes)).toString('utf8')) as Begin;
    const known = { isTooMuch: false };
    const body = bodyOf(input, () => answer('known', known));
    const report = await analyseFile(body, label, limits);
    known.isTooMuch = isTooMuch(report);
    await body.drain();
    answer('report', report);
  }
}

await serve(createReader(process.stdin));
