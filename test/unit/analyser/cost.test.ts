import { describe, expect, it } from 'vitest';
import { deflateSync } from 'node:zlib';
import { rawTar } from '../../support/hostile/raw-tar.js';
import { rawZip } from '../../support/hostile/raw-zip.js';
import { analyse } from '../../support/analyser/analyse.js';

const svg = (body: string): string => `<svg xmlns="http://www.w3.org/2000/svg">${body}</svg>`;
const xml = (declarations: string): string => `<?xml version="1.0"?><!DOCTYPE a [${declarations}]><a/>`;
const many = (text: string): string => text.repeat(100_000);
/** No more lines: a pattern that passes over each in two ways takes twice as long for each, but comes to an end. */
const CONTINUED = `services:\r\n${'  web: 1\r\n'.repeat(25)}`;

const BLANKS = ' '.repeat(300_000);
const zip = (name: string, text: string): Buffer => rawZip([{ name, content: Buffer.from(text) }]);
const nested = (name: string): Buffer =>
  rawTar([{ name: 'a', kind: 'L', content: Buffer.from(name) }, { name: 'a' }]);
const objectStream = (text: string): Buffer =>
  Buffer.concat([
    Buffer.from('%PDF-1.7\n1 0 obj <</Type/ObjStm/Filter/FlateDecode>> stream\n'),
    deflateSync(text),
    Buffer.from('\nendstream endobj\n'),
  ]);

/** What takes a parser for ever that goes over the same bytes again for each of them. */
const ATTACKS: readonly (readonly [name: string, what: string, text: string | Buffer])[] = [
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
  ['a.xml', 'letters in a declaration', xml(`<!${'A'.repeat(40_000)}`)],
  ['a.xml', 'blanks that a declaration stands for', xml(`<!ENTITY % p '${BLANKS}'>${'%p;'.repeat(60_000)}`)],
  [
    'a.xml',
    'entities that each refer to one that is long',
    `<!DOCTYPE a [<!ENTITY x '${'<a/>'.repeat(16_000)}'>${Array.from({ length: 9_000 }, (_, i) => `<!ENTITY e${i} '&x;'>`).join('')}]><a/>`,
  ],
  ['a.xml', 'characters that may not be', `<?xml version="1.0"?><a>${'\u0001'.repeat(2_000_000)}</a>`],
  ['a.html', 'blanks in front of a page', `<!DOCTYPE${' '.repeat(64_000)}<html>`],
  ['a.docx', 'blanks in a formula', zip('word/document.xml', `<f>${' '.repeat(80_000)}</f>`)],
  ['a.odt', 'a name with many steps', zip(`Basic/${'/.'.repeat(32_000)}`, '')],
  ['a.tar', 'blanks in a name', nested(`..${' '.repeat(90_000)}x`)],
  ['a.pdf', 'objects that begin and do not end', objectStream('1 1 obj '.repeat(600_000))],
  ['a.pdf', 'actions that begin and do not end', objectStream('/AA<<'.repeat(2_000_000))],
  ['a.pdf', 'actions that are none', objectStream('/AA<<>>'.repeat(400_000))],
  [
    'a.pdf',
    'filters of a stream that are not closed',
    `%PDF-1.7\n1 0 obj <<${'/Filter ['.repeat(12_000)} stream\nendstream`,
  ],
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
