import { describe, expect, it } from 'vitest';
import { findMismatch } from '../../../src/analyser/types/agreement.js';
import { identify } from '../../../src/analyser/types/identify.js';
import { tinyGif, tinyPng, tinyProgram } from '../../support/hostile/raw-media.js';

const mismatchOf = (
  name: string,
  declaredType: string | null,
  content: Buffer | string,
): string | undefined => findMismatch({ name, declaredType }, identify(Buffer.from(content)));

describe('name, declared type and content', () => {
  it.each([
    ['a.ts', 'video/mp2t', 'export const a = 1;\n'],
    ['a.dxf', 'image/vnd.dxf', '0\nSECTION\n2\nHEADER\n'],
    ['a.m3u', 'audio/x-mpegurl', '#EXTM3U\na.mp3\n'],
    ['a.csv', 'application/vnd.ms-excel', 'a;b\n1;2\n'],
    ['a.bin', 'application/octet-stream', tinyPng()],
    ['a.png', null, tinyPng()],
    ['a.png', 'image/png; charset=binary', tinyPng()],
    ['a.unknown', 'image/x-unknown', Buffer.alloc(99, 0x80)],
  ])('of %s (%s) agree', (name, declaredType, content) => {
    expect(mismatchOf(name, declaredType, content)).toBeUndefined();
  });

  it.each([
    ['a.png', null, tinyGif()],
    ['a', 'image/png', tinyGif()],
    ['a.png', 'image/gif', tinyPng()],
    ['a', 'image/x-unknown', '<html><body>x</body></html>'],
    ['a', 'image/x-unknown', '#!/bin/sh\n'],
    ['a', 'video/mp2t', tinyProgram()],
    ['a.txt', null, tinyPng()],
    ['a.png', null, 'text'],
  ])('of %s (%s) do not', (name, declaredType, content) => {
    expect(mismatchOf(name, declaredType, content)).toMatch(/the content is/);
  });
});
