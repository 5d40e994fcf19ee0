import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScanReply } from '../../../src/domain/verdict.js';
import { createMemberScans } from '../../../src/usecases/inspection/member-scans.js';
import { rawAr, type ArMember } from '../../support/hostile/raw-ar.js';
import { STRANGE_AR } from '../../support/hostile/strange-ar.js';

const OK = (): ScanReply => ({ kind: 'ok' });

/** What each session was given, and what was said in the end. */
async function scan(bytes: Buffer, chunkBytes: number, replyTo: (content: Buffer) => ScanReply = OK) {
  const sessions: Buffer[] = [];
  const scans = createMemberScans(() => {
    const index = sessions.push(Buffer.alloc(0)) - 1;
    return Promise.resolve({
      engine: 'Fake',
      definitionsVersion: '1',
      write(chunk: Uint8Array) {
        sessions[index] = Buffer.concat([sessions[index] ?? Buffer.alloc(0), chunk]);
        return Promise.resolve();
      },
      finish: () => Promise.resolve(replyTo(sessions[index] ?? Buffer.alloc(0))),
      abort: () => undefined,
    });
  });
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    await scans.push(bytes.subarray(at, at + chunkBytes));
  }
  scans.end();
  return { sessions, replies: scans.replies() };
}

const member: fc.Arbitrary<ArMember> = fc.record({
  name: fc.constantFrom('a/', '#1/5', 'data.tar.xz'),
  content: fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
});

describe('the members of an archive of ar', () => {
  it('are scanned one by one, without what stands around them, however their bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(member), fc.integer({ min: 1, max: 90 }), async (members, chunkBytes) => {
        const { sessions, replies } = await scan(rawAr(members), chunkBytes);
        expect(sessions).toEqual(members.map(({ content }) => content));
        expect(replies).toEqual(members.map(OK));
      }),
    );
  });

  it('are no members where the file is of another kind', async () => {
    for (const bytes of ['', '!<arch', '!<thin>\n', '\n!<arch>\n', 'text '.repeat(100)]) {
      expect(await scan(Buffer.from(bytes), 3)).toEqual({ sessions: [], replies: [] });
    }
  });

  it('are a limit of the scanner where they cannot be told apart', async () => {
    const whole = rawAr([{ name: 'a', content: Buffer.from('text') }]);
    const lying = Buffer.from(whole.toString('latin1').replace(/4 {9}`/, '9         `'), 'latin1');
    const garbage = Buffer.concat([whole, Buffer.alloc(60, 'x')]);
    for (const bytes of [whole.subarray(0, -1), whole.subarray(0, 40), lying, garbage]) {
      expect((await scan(bytes, 11)).replies.at(-1)).toMatchObject({ kind: 'limit' });
    }
  });

  it.each(STRANGE_AR)('are a limit of the scanner where unpackers disagree: %s', async (_what, bytes) => {
    expect((await scan(bytes, 7)).replies.at(-1)).toMatchObject({ kind: 'limit' });
  });

  it('are a limit of the scanner where there are too many', async () => {
    const members = Array.from({ length: 2_001 }, () => ({ name: 'a', content: Buffer.from('x') }));
    const { sessions, replies } = await scan(rawAr(members), 1_000);
    expect(sessions).toHaveLength(2_000);
    expect(replies.at(-1)).toMatchObject({ kind: 'limit' });
  });
});
