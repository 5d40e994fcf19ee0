import { describe, expect, it } from 'vitest';
import { analyse, codesOf } from '../../support/analyser/analyse.js';
import { windowsProgram } from '../../support/analyser/compound.js';

const page = (body: string): string =>
  `<!DOCTYPE html><html><head><title>a</title></head><body>${body}</body></html>`;

describe('a page', () => {
  it.each([
    ['text', page('<h1>a</h1><a href="https://a.example/">a</a><img src="a.png">')],
    ['data for search engines', page('<script type="application/ld+json">{}</script>')],
    ['open ends', '<html><p>a<p>b<br><td>'],
    [
      'the form of XML',
      '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>a&nbsp;b</p></body></html>',
    ],
  ])('with %s is ordinary', async (_what, text) => {
    expect(await analyse(text, 'a.html', { declaredType: 'text/html' })).toEqual({
      contentType: 'text/html',
      findings: [],
    });
  });

  it.each([
    ['a script', page('<ScRiPt>x</sCrIpT>')],
    ['a script that is not closed', '<html><script>x'],
    ['a handler', page('<img src=x onerror=alert(1)>')],
    ['a handler behind a slash', page('<svg/onload=x>')],
    ['a link to a script', page('<a href="&#106;avascript:x">a</a>')],
    ['a frame', page('<iframe src="https://a.example/"></iframe>')],
    ['a form', page('<form action="https://a.example/"><input></form>')],
    ['a refresh', '<html><head><meta http-equiv="Refresh" content="0;url=https://a.example/">'],
    ['a plugin', page('<object data="a.swf"></object>')],
    [
      'a script in the form of XML',
      '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script/></html>',
    ],
    [
      'a script behind an instruction',
      '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><?x > <!-- ?><script/><!-- --></html>',
    ],
  ])('with %s acts, and may', async (_what, text) => {
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`, 'utf16le')]) {
      expect(await codesOf(bytes, 'a.html')).toEqual(['HTML_ACTIVE']);
      expect(await codesOf(bytes, 'a.html', { chunkBytes: 5 })).toEqual(['HTML_ACTIVE']);
    }
  });

  it('that carries a program is found out', async () => {
    const carried = page(`<a download href="data:;base64,${windowsProgram().toString('base64')}">a</a>`);
    expect(await codesOf(carried, 'a.html')).toEqual(['EXECUTABLE_HIDDEN']);
  });

  it('with a comment without end comes to a limit', async () => {
    expect(await codesOf(`<html><!--${'x'.repeat(40 * 1024 * 1024)}`, 'a.html')).toEqual(['ANALYSIS_LIMIT']);
  });

  it('under the name of an image is no image', async () => {
    expect(await codesOf(page(''), 'a.png')).toEqual(['TYPE_MISMATCH']);
  });
});
