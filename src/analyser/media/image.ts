import { report, within, type Context, type Place } from '../context.js';
import { heard, restOf } from '../reading/limited.js';
import { createReader, TruncatedError, type Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { findMagic, MAGIC_BYTES } from '../types/magic.js';
import { looksForOther } from './hidden.js';
import { passGif, passJpeg, passPng, passRiff } from './image-ends.js';

/** Takes an image to where its format says that it ends. */
const PASSERS: Readonly<Record<string, (reader: Reader) => Promise<void>>> = {
  png: passPng,
  jpeg: passJpeg,
  gif: passGif,
  riff: passRiff,
};

/** What a browser or a server would run, were it led to take the image for a page. */
const SCRIPT = /<script[\s>/]|<\?php\s|<!doctype html|<html[\s>]|<iframe[\s>]|javascript:[\w(]/i;
const OVERLAP_CHARACTERS = 32;
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
  const hidden = looksForOther(Buffer.from(await reader.peek(NEAR_BYTES)), place, context, type);
  const script = watchScripts(place, context);
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

function watchScripts(place: Place, context: Context): (chunk: Buffer) => void {
  let last = '';
  return (chunk) => {
    const text = last + chunk.toString('latin1');
    const found = SCRIPT.exec(text);
    if (found) report(context, place, 'SCRIPT_HIDDEN', found[0]);
    last = text.slice(-OVERLAP_CHARACTERS);
  };
}
