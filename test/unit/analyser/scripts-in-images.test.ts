import { describe, expect, it } from 'vitest';
import { codesOf } from '../../support/analyser/analyse.js';
import { archive } from '../../support/analyser/ordinary/archives.js';
import { jpeg, png, riffOf } from '../../support/analyser/ordinary/images.js';
import { noise } from '../../support/analyser/ordinary/sample.js';

const gif = (size: string, rest: string): Buffer => Buffer.from(`GIF89a${size}${rest}`, 'latin1');

describe('an image', () => {
  it.each([
    ['PHP', '<?php system($_GET["a"]); ?>'],
    ['PHP in short', '<?=`$_GET[a]`?>'],
    ['PHP that calls', '<?= system("id") ?>'],
    ['a script of a server', '<% eval request("a") %>'],
    ['a script', '<script src=//a.example/></script>'],
    ['a page', '<!DOCTYPE html><p>'],
    ['a drawing that acts', '<svg xmlns="x" onload=alert(1)>'],
    ['a link to a script', 'javascript:alert(1)'],
  ])('that carries %s in its comment is found out', async (_what, comment) => {
    expect(await codesOf(jpeg(5_000, comment), 'a.jpg')).toEqual(['SCRIPT_HIDDEN']);
    expect(await codesOf(jpeg(5_000, comment), 'a.jpg', { chunkBytes: 5 })).toEqual(['SCRIPT_HIDDEN']);
  });

  it.each([
    ['a.gif', gif('/*', '\x0a\0\0\0\0!\xff\x02\x01\x01\0*/=1;alert(1)//;')],
    ['a.jpg', Buffer.from(`\xff\xd8\xff\xe0/*${'x'.repeat(200)}*/=alert(1)\xff\xd9`, 'latin1')],
    [
      'a.bmp',
      Buffer.concat([
        Buffer.from('BM/*\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0', 'latin1'),
        Buffer.alloc(99),
        Buffer.from('*/=alert(1)'),
      ]),
    ],
  ])('that is a script is found out: %s', async (name, bytes) => {
    expect(await codesOf(bytes, name)).toContain('SCRIPT_HIDDEN');
  });

  it('that is an archive as well is found out', async () => {
    const applet = await archive({ 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n', 'A.class': 'x' });
    expect(await codesOf(Buffer.concat([png(9, 9), applet]), 'a.png')).toEqual(['POLYGLOT', 'TRAILING_DATA']);
    expect(await codesOf(jpeg(99, applet.toString('latin1')), 'a.jpg')).toContain('POLYGLOT');
  });

  it('of any size is no script by chance', async () => {
    const sound = riffOf('WAVE', { data: noise(0x2a2e - 12) });
    sound.writeUInt32LE(0x2a2f, 4);
    expect(sound.toString('latin1', 0, 6)).toBe('RIFF/*');
    expect(await codesOf(sound, 'a.wav')).toEqual([]);
  });
});
