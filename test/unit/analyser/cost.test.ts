import { describe, expect, it } from 'vitest';
import { analyse } from '../../support/analyser/analyse.js';

const svg = (body: string): string => `<svg xmlns="http://www.w3.org/2000/svg">${body}</svg>`;
const xml = (declarations: string): string => `<?xml version="1.0"?><!DOCTYPE a [${declarations}]><a/>`;
const many = (text: string): string => text.repeat(100_000);
/** No more lines: a pattern that passes over each in two ways takes twice as long for each, but comes to an end. */
const CONTINUED = `services:\r\n${'  web: 1\r\n'.repeat(25)}`;

/** What takes a parser for ever that goes over the same bytes again for each of them. */
const ATTACKS: readonly (readonly [name: string, what: string, text: string])[] = [
  ['a.svg', 'comments of a style that are not closed', svg(`<style>${many('/*')}</style>`)],
  ['a.svg', 'blanks in a reference of a style', svg(`<style>url(${many('          ')})</style>`)],
  ['a.svg', 'references of a style that are not closed', svg(`<style>${many('url( ')}</style>`)],
  ['a.svg', 'escapes of a style', svg(`<style>${many('\\')}</style>`)],
  [
    'a.svg',
    'elements without a namespace, deep within others',
    svg('<a:g>'.repeat(900) + '<b:x/>'.repeat(20_000)),
  ],
  ['a.xml', 'declarations that are not closed', xml(many('<!ENTITY '))],
  ['a.xml', 'blanks in a declaration', xml(`<!ENTITY ${many('     ')}`)],
  [
    'a.xml',
    'declarations that stand for many',
    xml(`<!ENTITY % p "${'<!ELEMENT a ANY>'.repeat(20_000)}">${many('%p;')}`),
  ],
  ['a.xml', 'declarations that stand for themselves', xml(`<!ENTITY % p "${many('%p;')}">${many('%p;')}`)],
  ['a.xml', 'inclusions that are not closed', `<?xml version="1.0"?><a>${many('<aaaa:include ')}`],
  ['a.html', 'elements that are closed and were not open', `<html>${'<div>'.repeat(4_000)}${many('</x>')}`],
  ['a.html', 'elements that are never closed', `<html>${many('<b>')}`],
  ['a.html', 'attributes', `<html><a ${many('x ')}>`],
  ['a.yaml', 'lines that go on with a field of a mail, and are ended by two characters', CONTINUED],
  ['a.rtf', 'signs without digits', `{\\rtf1 ${many("\\'")}}`],
  ['a.rtf', 'a word without end', `{\\rtf1 \\${many('aaaaaaaaaa')}}`],
  ['a.rtf', 'empty objects', `{\\rtf1 ${'{\\object{\\*\\objdata 01}}'.repeat(20_000)}}`],
];

describe('the cost of a file grows with its bytes', () => {
  it.each(ATTACKS)('%s: %s', async (name, _what, text) => {
    // Far more than it takes, and far less than it would take if it grew with their square.
    const { findings } = await analyse(text, name, { limits: { maxCpuMs: 20_000 } });
    expect(findings.filter(({ detail }) => detail?.includes(' ms') === true)).toEqual([]);
  });
});
