import { report, type Context, type Place } from '../context.js';
import { isElsewhere } from './places.js';

/** Looks at large documents of XML for the few words that matter in them. */
export interface PlainWatch {
  hear(text: string): void;
}

const NAMESPACE = /http:\/\/www\.w3\.org\/(?:1999\/xhtml|2000\/svg)/;
const SCRIPT = /<(?:[\w.-]{1,64}:)?script[\s/>]/i;
const INCLUSION = /<[\w.-]{1,64}:include\b[^>]{0,2000}?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
/** What may lie in two pieces of text is heard twice. */
const OVERLAP_CHARACTERS = 2_048;

/** Begins behind the first elements of a document without entities. */
export function createPlainWatch(place: Place, context: Context): PlainWatch {
  let last = '';
  let isPage = false;
  return {
    hear(text) {
      const both = last + text;
      isPage ||= NAMESPACE.test(both);
      if (isPage && SCRIPT.test(both)) report(context, place, 'HTML_ACTIVE', 'script');
      for (const [, double, single] of both.matchAll(INCLUSION)) {
        const source = double ?? single ?? '';
        if (isElsewhere(source)) report(context, place, 'XML_EXTERNAL_ENTITY', `include: ${source}`);
      }
      last = both.slice(-OVERLAP_CHARACTERS);
    },
  };
}
