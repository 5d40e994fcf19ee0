import { describe, expect, it } from 'vitest';
import { identify } from '../../../src/analyser/types/identify.js';

const typeOf = (text: string): string | null => identify(Buffer.from(text, 'latin1')).mediaType;

describe('what content is by its first bytes', () => {
  it.each([
    ['comments without end', '<!-- -->'.repeat(2_000), 'application/xml'],
    ['comments that nest', '<!--'.repeat(4_000), 'application/xml'],
    ['marks without end', '<'.repeat(16_000), 'text/plain'],
    ['fields without end', 'a: b\r\n'.repeat(2_000), 'text/plain'],
    ['declarations without end', '<!x '.repeat(4_000), 'text/plain'],
  ])('is told of %s in time that grows with them', (_what, text, mediaType) => {
    // An expression that goes back would not come to an end here.
    expect(typeOf(text)).toBe(mediaType);
  });

  it.each([
    ['RIFX\0\0\0\0WAVEfmt ', 'audio/wav'],
    ['RF64\xff\xff\xff\xffWAVEds64', 'audio/wav'],
    ['EGGA is how this text begins', 'text/plain'],
    ['conectix is how this one does', 'text/plain'],
    ['<!-- a --><!-- b --><html>', 'text/html'],
  ])('%j is %s', (text, mediaType) => {
    expect(typeOf(text)).toBe(mediaType);
  });
});
