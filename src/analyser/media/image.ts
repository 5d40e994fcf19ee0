import { report, within, type Context, type Place } from '../context.js';
import { heard, restOf } from '../reading/limited.js';
import { createReader, TruncatedError, type Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { findMagic, MAGIC_BYTES } from '../types/magic.js';
import { looksForOther } from './hidden.js';
import { passGif, passJpeg, passPng, passRiff } from './image-ends.js';
import { createScriptWatch } from './script-watch.js';

/** Takes an image to where its format says that it ends. */
const PASSERS: Readonly<Record<string, (reader: Reader) => Promise<void>>> = {
  png: passPng,
  jpeg: passJpeg,
  gif: passGif,
  riff: passRiff,
};

const NEAR_BYTES = 64 * 1024;
/** Larger ones are photographs and films, whose bytes are looked at from both ends. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Looks at an image to its end, and at what follows it. */
export async function analyseImage(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  const head = Buffer.from(await reader.peek(NEAR_BYTES));
  const hidden = looksForOther(head, place, context, type);
  const script = createScriptWatch(head, place, context);
  let passed = 0;
  const watched = heard(restOf(reader), (chunk) => {
    hidden.hear(chunk);
    passed += chunk.length;
    if (passed <= MOST_BYTES) script(chunk);
  });
  const image = createReader(watched, context.budget);
  await passAll(image, place, context, type);
  hidden.conclude();
  return type;
}

/**
 * Takes an image, those of its kind that follow it, since cameras put several of one moment behind each other, and then
 * what else is there. One that is cut off ends where the bytes do.
 */
async function passAll(
  image: Reader,
  place: Place,
  context: Context,
  { family }: ContentType,
): Promise<void> {
  const pass = PASSERS[family] ?? ((reader: Reader) => reader.tail(1));
  const sayTrailing = (): void =>
    report(context, place, 'TRAILING_DATA', `Bytes follow its end at ${image.offset}.`);
  try {
    await pass(image);
    while (findMagic(await image.peek(MAGIC_BYTES))?.family === family) {
      sayTrailing();
      await pass(image);
    }
  } catch (error) {
    if (!(error instanceof TruncatedError)) throw error;
  }
  if ((await image.peek(1)).length === 0) return;
  sayTrailing();
  await context.look(restOf(image), within(place, '(rest)', 'rest'));
}
