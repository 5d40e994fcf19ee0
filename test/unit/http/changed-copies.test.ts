import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bodyOf, INSPECTED, startDownloadScene, type DownloadScene } from '../../support/download-scene.js';

const { bytes } = INSPECTED;

let scene: DownloadScene;
beforeAll(async () => {
  scene = await startDownloadScene();
});
afterAll(() => scene.close());
beforeEach(() => {
  scene.reset();
});

const HEADERS_OF_FILE = [
  ...['etag', 'last-modified', 'content-disposition', 'content-range', 'content-digest', 'repr-digest'],
];

describe('a sealed copy that is not what was inspected', () => {
  const flipped = (at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  it.each([
    ['shorter', bytes.subarray(0, 700_000)],
    ['empty', Buffer.alloc(0)],
    ['longer', Buffer.concat([bytes, Buffer.from('x')])],
    ['changed at its beginning', flipped(0)],
    ['changed at its end', flipped(bytes.length - 1)],
  ])('never arrives as a complete file when it is %s', async (_how, content) => {
    scene.stored = content;
    const answer = await scene.get();
    const isComplete =
      answer.ok &&
      (await bodyOf(answer).then(
        () => true,
        () => false,
      ));
    expect(isComplete).toBe(false);
  });

  it('never arrives as a complete range when it is shorter', async () => {
    scene.stored = bytes.subarray(0, 50);
    const answer = await scene.get({ range: 'bytes=0-99' });
    expect(answer.status).toBe(500);
    expect(answer.headers.get('etag')).toBeNull();
  });

  it('serves no byte of a block that was changed, whichever range is asked for', async () => {
    for (const [at, range] of [
      [0, 'bytes=0-'],
      [0, 'bytes=0-0'],
      [0, 'bytes=65535-65536'],
      [300_000, 'bytes=310000-310009'],
      [300_000, 'bytes=300000-'],
      [bytes.length - 1, 'bytes=-1'],
      [bytes.length - 1, 'bytes=999000-999001'],
    ] as const) {
      scene.stored = flipped(at);
      const answer = await scene.get({ range });
      expect([answer.status, await answer.json()]).toMatchObject([500, { code: 'INTERNAL' }]);
      // The content is a problem and not the file.
      expect(HEADERS_OF_FILE.filter((name) => answer.headers.has(name))).toEqual([]);
    }
  });

  it('still serves the blocks that are what was inspected', async () => {
    scene.stored = flipped(0);
    const answer = await scene.get({ range: 'bytes=65536-65545' });
    expect([answer.status, await bodyOf(answer)]).toEqual([206, bytes.subarray(65_536, 65_546)]);
  });

  it('is served whole only where its blocks were never proven', async () => {
    scene.blocks = undefined;
    const answer = await scene.get({ range: 'bytes=0-9' });
    expect([answer.status, answer.headers.get('accept-ranges')]).toEqual([200, 'none']);
    expect((await bodyOf(answer)).equals(bytes)).toBe(true);
  });
});
