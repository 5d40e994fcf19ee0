import { report, type Context, type Place } from '../context.js';

/** What a browser or a server would run, were it led to take an image for a page or for a script. */
const SCRIPT = new RegExp(
  [
    '<script[\\s>/]',
    '<\\?php\\s',
    '<\\?=\\s*(?:`|@?\\$_|[a-z_]{3,40}\\s*\\()',
    '<%\\s*(?:@\\s*page|eval|execute)\\b',
    '<!doctype html',
    '<html[\\s>]',
    '<iframe[\\s>]',
    '<(?:svg|img|body)\\s[^<>]{0,200}\\bon(?:load|error)\\s*=',
    'javascript:[\\w(]',
  ].join('|'),
  'i',
);
/** Longer than what is looked for. */
const OVERLAP_CHARACTERS = 300;
/** Where sizes stand that a writer of scripts can choose so that they begin a comment, behind a mark that is a name. */
const COMMENTS: readonly (readonly [mark: string, isName: boolean])[] = [
  ['GIF87a/*', true],
  ['GIF89a/*', true],
  ['\xff\xd8\xff\xe0/*', true],
  ['BM/*', false],
  ['RIFF/*', false],
  ['RIFF=', false],
];
/** How such a script goes on. Marks that are short may be chance: then this must follow. */
const GOES_ON = /\*\/\s*=/;

/** Looks for scripts in the bytes of an image, and for an image that is one. */
export function createScriptWatch(head: Buffer, place: Place, context: Context): (chunk: Buffer) => void {
  const begin = head.toString('latin1', 0, 16);
  const comment = COMMENTS.find(([mark]) => begin.startsWith(mark));
  if (comment?.[1] === true) report(context, place, 'SCRIPT_HIDDEN', 'Its first bytes begin a comment.');
  let last = '';
  return (chunk) => {
    const text = last + chunk.toString('latin1');
    const found = SCRIPT.exec(text) ?? (comment ? GOES_ON.exec(text) : null);
    if (found) report(context, place, 'SCRIPT_HIDDEN', found[0].trim());
    last = text.slice(-OVERLAP_CHARACTERS);
  };
}
