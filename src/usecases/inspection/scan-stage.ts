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
 * for the next segment is opened when its first byte has come, and so is one for each member of what the scanner does
 * not open.
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
    running: [first],
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
      for (const { session } of scan.running) session.abort();
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
  running: Running[];
  judging: Judging | undefined;
  readonly members: MemberScans;
  readonly replies: ScanReply[];
  position: number;
  isAborted: boolean;
}

async function push(scan: Scan, chunk: Uint8Array, begin: () => Promise<ScanSession>): Promise<void> {
  for (let rest = chunk; rest.length > 0 && !scan.isAborted;) {
    const piece = rest.subarray(0, nextCut(scan) - scan.position);
    await Promise.all([scan.members.push(piece), ...scan.running.map(({ session }) => session.write(piece))]);
    scan.position += piece.length;
    rest = rest.subarray(piece.length);
    await move(scan, begin);
  }
}

async function end(scan: Scan): Promise<void> {
  const { running, waiting, members } = scan;
  const [last] = running;
  if (!last || running.length > 1 || waiting.length > 0) {
    throw new TransientError('scanner', 'Not every segment has passed.');
  }
  members.end();
  await judge(scan, last.session);
  await hear(scan);
}

/**
 * Lets a session judge its segment. One is judged at a time, while the next one is sent: a scanner hangs up on a session
 * that gets no bytes for as long as another takes to be judged.
 */
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

/** Ends the session whose segment is over, and begins the one whose segment begins here. The last one ends with the stage. */
async function move(scan: Scan, begin: () => Promise<ScanSession>): Promise<void> {
  const { waiting, position } = scan;
  const isOver = ({ segment }: Running): boolean => segment.end === position && scan.running.length > 1;
  const over = scan.running.filter(isOver);
  scan.running = scan.running.filter((one) => !over.includes(one));
  for (const { session } of over) await judge(scan, session);
  const [next] = waiting;
  if (next?.start !== position) return;
  waiting.shift();
  const session = await begin();
  if (scan.isAborted) session.abort();
  else scan.running.push({ segment: next, session });
}

/** Where a session ends or begins next; bytes beyond the end are counted by another stage. */
const nextCut = ({ waiting, running }: Scan): number =>
  waiting.length === 0 && running.length === 1
    ? Infinity
    : Math.min(waiting[0]?.start ?? Infinity, ...running.map(({ segment }) => segment.end));

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
