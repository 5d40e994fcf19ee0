import { report, within, type Context, type Place } from '../context.js';
import { heard, restOf } from '../reading/limited.js';
import { createReader, TruncatedError, type Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
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
    context.budget.time();
    hidden.hear(chunk);
    passed += chunk.length;
    if (passed <= MOST_BYTES) script(chunk);
  });
  const image = createReader(watched, context.budget);
  await (PASSERS[type.family] ?? (() => image.tail(1)))(image).catch((error: unknown) => {
    if (!(error instanceof TruncatedError)) throw error;
  });
  if ((await image.peek(1)).length > 0) {
    report(context, place, 'TRAILING_DATA', `Bytes follow its end at ${image.offset}.`);
    await context.look(restOf(image), within(place, '(rest)', 'rest'));
  }
  hidden.conclude();
  return type;
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
