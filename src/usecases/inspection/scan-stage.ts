import { TransientError } from '../../domain/errors.js';
import type { ScanReply } from '../../domain/verdict.js';
import type { Scanner, ScanSession } from '../../ports/scanner.js';
import { createMemberScans, type MemberScans } from './member-scans.js';
import { segmentsOf, type Segment } from './segments.js';
import type { Stage } from './stage.js';

/** The scanner as a stage. Its deadlines and buffers are those of the scanner's adapter. */
export interface ScanStage extends Stage {
  readonly engine: string;
  readonly definitionsVersion: string;
  /** Whether it was more than the scanner takes at once, so that no one reply is over all of it. */
  readonly isSegmented: boolean;
  /** Bytes that the scanner has taken, each counted once. */
  scannedBytes(): number;
  /** Throws while there is none: no reply can never be read as a good one. */
  reply(): ScanReply;
}

interface Running {
  readonly segment: Segment;
  readonly session: ScanSession;
}

/** A session that has its whole segment. */
interface Judging {
  readonly session: ScanSession;
  readonly reply: Promise<ScanReply>;
}

/**
 * Opens a scan of so many bytes: of the whole where the scanner takes that much, else of segments that overlap. A session
 * for the next segment is opened when the last one is over, and gets what both share from memory: a scanner hangs up on a
 * session that has to wait for another. Each member of what the scanner does not open has one as well.
 *
 * @throws TransientError when no scanner can be reached; the stage itself also when the definitions change between two
 *   sessions, because no version of them is known to have found nothing then
 */
export async function openScanStage(
  scanner: Scanner,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<ScanStage> {
  const segments = segmentsOf(sizeBytes, scanner.maxStreamBytes);
  const [segment] = segments;
  if (!segment) throw new TransientError('scanner', 'There is nothing to scan.');
  const session = await scanner.begin(signal);
  const begin = (): Promise<ScanSession> => beginAlike(scanner, session, signal);
  return createStage(segments, { segment, session }, begin);
}

function createStage(
  segments: readonly Segment[],
  first: Running,
  begin: () => Promise<ScanSession>,
): ScanStage {
  const { engine, definitionsVersion } = first.session;
  const scan: Scan = {
    waiting: segments.slice(1),
    current: first,
    shared: [],
    judging: undefined,
    members: createMemberScans(begin),
    replies: [],
    position: 0,
    isAborted: false,
  };
  return {
    engine,
    definitionsVersion,
    isSegmented: segments.length > 1,
    push: (chunk) => push(scan, chunk, begin),
    end: () => end(scan),
    abort: () => {
      scan.isAborted = true;
      scan.current.session.abort();
      scan.judging?.session.abort();
      scan.members.abort();
    },
    scannedBytes: () => scan.position,
    reply() {
      if (scan.replies.length < segments.length) {
        throw new TransientError('scanner', 'The scanner has not replied');
      }
      return worstOf([...scan.replies, ...scan.members.replies()]);
    },
  };
}

interface Scan {
  readonly waiting: Segment[];
  current: Running;
  /** What has come of the next segment, which the current one shares: 16 MiB at most. */
  shared: Uint8Array[];
  judging: Judging | undefined;
  readonly members: MemberScans;
  readonly replies: ScanReply[];
  position: number;
  isAborted: boolean;
}

async function push(scan: Scan, chunk: Uint8Array, begin: () => Promise<ScanSession>): Promise<void> {
  for (let rest = chunk; rest.length > 0 && !scan.isAborted;) {
    const piece = rest.subarray(0, nextCut(scan) - scan.position);
    await Promise.all([scan.members.push(piece), scan.current.session.write(piece)]);
    const [next] = scan.waiting;
    // The chunk belongs to whoever reads the file, who uses it again.
    if (next && scan.position >= next.start) scan.shared.push(Uint8Array.from(piece));
    scan.position += piece.length;
    rest = rest.subarray(piece.length);
    if (next && scan.position === scan.current.segment.end) await move(scan, next, begin);
  }
}

async function end(scan: Scan): Promise<void> {
  if (scan.waiting.length > 0) throw new TransientError('scanner', 'Not every segment has passed.');
  scan.members.end();
  await judge(scan, scan.current.session);
  await hear(scan);
}

/** Lets a session judge its segment: one at a time, while the next one is sent. */
async function judge(scan: Scan, session: ScanSession): Promise<void> {
  await hear(scan);
  const reply = session.finish();
  // Waited for when the next one is to be judged; until then its failure must not count as unhandled.
  reply.catch(() => undefined);
  scan.judging = { session, reply };
}

async function hear(scan: Scan): Promise<void> {
  const { judging } = scan;
  if (judging) scan.replies.push(await judging.reply);
  scan.judging = undefined;
}

/** Goes over to the next segment. The session of the last one ends with the stage. */
async function move(scan: Scan, next: Segment, begin: () => Promise<ScanSession>): Promise<void> {
  scan.waiting.shift();
  await judge(scan, scan.current.session);
  const session = await begin();
  scan.current = { segment: next, session };
  if (scan.isAborted) session.abort();
  for (const bytes of scan.shared.splice(0)) if (!scan.isAborted) await session.write(bytes);
}

/** Where what is shared begins, or the session ends; bytes beyond the end are counted by another stage. */
function nextCut({ waiting: [next], current, position }: Scan): number {
  if (!next) return Infinity;
  return position < next.start ? next.start : current.segment.end;
}

async function beginAlike(scanner: Scanner, first: ScanSession, signal: AbortSignal): Promise<ScanSession> {
  const session = await scanner.begin(signal);
  if (session.definitionsVersion === first.definitionsVersion && session.engine === first.engine) {
    return session;
  }
  session.abort();
  throw new TransientError('scanner', 'The definitions changed between two sessions');
}

/** What was found counts first, then that something was not looked into; a good one is what all of them are. */
const worstOf = (replies: readonly ScanReply[]): ScanReply =>
  replies.find(({ kind }) => kind === 'found') ?? replies.find(({ kind }) => kind !== 'ok') ?? { kind: 'ok' };
