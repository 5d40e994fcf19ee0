import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AnalyserListener, AnalyserProcess } from '../../../src/adapters/sandbox/analyser-process.js';
import { openSession, type SessionEnd } from '../../../src/adapters/sandbox/session.js';
import { readFrameHeader, type FrameKind } from '../../../src/analyser/frames.js';
import { TransientError } from '../../../src/domain/errors.js';

const LIMITS = { maxDepth: 1, maxMembers: 1, maxExpandedBytes: 1, maxMemberBytes: 1, maxCpuMs: 1 };
const FILE = { label: { name: 'a', declaredType: null, sizeBytes: 5 }, limits: LIMITS };
const REPORT = Buffer.from(JSON.stringify({ findings: [], contentType: null }));

/** An analyser that notes the frames that it is sent, and answers when the test says so. */
function createFakeProcess() {
  let listener: AnalyserListener | undefined;
  let isAlive = true;
  const kinds: FrameKind[] = [];
  const process: AnalyserProcess = {
    send: (header = Buffer.alloc(0)) => {
      const frame = readFrameHeader(Buffer.from(header));
      if (frame) kinds.push(frame.kind);
      return Promise.resolve();
    },
    listen: (next) => void (listener = next),
    kill(cause) {
      if (isAlive) listener?.ended(new TransientError('analyser', cause));
      isAlive = false;
    },
    retire: () => undefined,
    isAlive: () => isAlive,
    cpuMs: () => Promise.resolve(0),
  };
  return { process, kinds, report: () => listener?.frame('report', REPORT) };
}

async function open() {
  const fake = createFakeProcess();
  const ends: SessionEnd[] = [];
  const timeouts = { writeTimeoutMs: 60_000, replyTimeoutMs: 60_000 };
  const session = await openSession(fake.process, FILE, timeouts, (end) => ends.push(end));
  await session.write(Buffer.from('bytes'));
  return { ...fake, session, ends };
}

describe('a session with an analyser', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('has one end also where it is given up while the report is waited for', async () => {
    const { session, process, kinds, report, ends } = await open();
    const finished = session.finish();
    await vi.waitFor(() => expect(kinds).toContain('end'));
    session.abort();
    session.abort();
    await new Promise(setImmediate);
    report();
    await finished;
    await vi.waitFor(() => expect(ends).toEqual(['given up']));
    expect(kinds).toEqual(['begin', 'data', 'end']);
    expect(process.isAlive()).toBe(true);
  });

  it('is ended by force where the report that is waited for does not come soon after it was given up', async () => {
    vi.useFakeTimers();
    const { session, process, kinds, ends } = await open();
    const failed = expect(session.finish()).rejects.toThrow(TransientError);
    await vi.advanceTimersByTimeAsync(1);
    session.abort();
    await vi.advanceTimersByTimeAsync(4_900);
    expect(process.isAlive()).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    await failed;
    expect(process.isAlive()).toBe(false);
    expect(ends).toEqual(['given up']);
    expect(kinds).toEqual(['begin', 'data', 'end']);
  });

  it('comes to the end of what it has where it is given up before, and takes the next file', async () => {
    const { session, process, kinds, report, ends } = await open();
    session.abort();
    await vi.waitFor(() => expect(kinds).toEqual(['begin', 'data', 'end']));
    report();
    await vi.waitFor(() => expect(ends).toEqual(['given up']));
    expect(process.isAlive()).toBe(true);
  });
});
