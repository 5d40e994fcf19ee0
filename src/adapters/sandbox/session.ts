import type { AnalysisLimits } from '../../analyser/budget.js';
import { frameHeader, jsonFrame } from '../../analyser/frames.js';
import { TransientError } from '../../domain/errors.js';
import type { StructureReport } from '../../domain/verdict.js';
import type { FileLabel, StructureSession } from '../../ports/structure-analyser.js';
import type { AnalyserProcess } from './analyser-process.js';
import { createPatience } from './patience.js';
import { parseEnough, parseKnown, parseReport } from './reply.js';
import { createTail, type Tail } from './tail.js';
import { withDeadline } from '../common/with-deadline.js';

/** How long to be patient with an analyser that hardly works, in milliseconds. */
export interface SessionTimeouts {
  /** Longest wait for it to take the next chunk. */
  readonly writeTimeoutMs: number;
  /** Longest wait for the report after the last byte. */
  readonly replyTimeoutMs: number;
}

/** What became of a session. */
export type SessionEnd = 'reported' | 'given up' | 'failed';

/** Longest wait for an analyser to come to the end of a file that was given up. */
const ABORT_MS = 5_000;

/**
 * Opens a session on an analyser that is free.
 *
 * @param onEnd - is told once, when the analyser is free again or has been killed
 */
export async function openSession(
  process: AnalyserProcess,
  file: { readonly label: FileLabel; readonly limits: AnalysisLimits },
  timeouts: SessionTimeouts,
  onEnd: (end: SessionEnd) => void,
): Promise<StructureSession> {
  const tail = createTail();
  const answers = hearAnswers(process, tail);
  const patience = createPatience(process, file.limits.maxCpuMs);
  const send = (...pieces: readonly Uint8Array[]): Promise<void> =>
    patience.wait(process.send(...pieces), timeouts.writeTimeoutMs, 'The analyser takes no more bytes');
  const finish = async (): Promise<StructureReport> => {
    const rest = tail.bytes();
    if (rest.length > 0) await send(frameHeader('data', rest.length), rest);
    await send(frameHeader('end', 0));
    return patience.wait(answers.report, timeouts.replyTimeoutMs, 'The analyser gave no report in time');
  };
  const ask = async (): Promise<boolean> => {
    const known = answers.nextKnown();
    await send(frameHeader('ask', 0));
    return patience.wait(known, timeouts.replyTimeoutMs, 'The analyser gave no answer in time');
  };
  await send(jsonFrame('begin', file));
  const keep = (chunk: Uint8Array): boolean => {
    // Whoever else reads the file gets this chunk now, too.
    patience.renew();
    return tail.keep(chunk);
  };
  return toSession({ process, keep, send, ask, finish, onEnd });
}

/** What the analyser says of one file. None of the promises goes unheard where nobody waits for it. */
interface Answers {
  readonly report: Promise<StructureReport>;
  /** The answer to the next question that is sent. */
  nextKnown(): Promise<boolean>;
}

function hearAnswers(process: AnalyserProcess, tail: Tail): Answers {
  const report = Promise.withResolvers<StructureReport>();
  report.promise.catch(() => undefined);
  const asked: PromiseWithResolvers<boolean>[] = [];
  process.listen({
    frame(kind, payload) {
      const question = kind === 'known' ? asked.shift() : undefined;
      if (question) question.resolve(parseKnown(payload).isTooMuch);
      else if (kind === 'enough') tail.begin(parseEnough(payload));
      else if (kind === 'report') report.resolve(parseReport(payload));
      else throw new Error('This was not asked');
    },
    ended(reason) {
      for (const { reject } of [report, ...asked.splice(0)]) reject(reason);
    },
  });
  return {
    report: report.promise,
    nextKnown() {
      const question = Promise.withResolvers<boolean>();
      question.promise.catch(() => undefined);
      asked.push(question);
      return question.promise;
    },
  };
}

interface Parts {
  readonly process: AnalyserProcess;
  readonly keep: Tail['keep'];
  readonly send: (...pieces: readonly Uint8Array[]) => Promise<void>;
  readonly ask: () => Promise<boolean>;
  readonly finish: () => Promise<StructureReport>;
  readonly onEnd: (end: SessionEnd) => void;
}

const GIVEN_UP = 'The file was given up';

/** One file has one end: an analyser takes a second one for what the next file begins with. */
async function comeToEnd({
  finishing,
  sending,
  finish,
}: Pick<Parts, 'finish'> & {
  readonly finishing: Promise<StructureReport> | undefined;
  readonly sending: Promise<void> | undefined;
}): Promise<StructureReport> {
  const ending = async (): Promise<StructureReport> => {
    await sending;
    return finish();
  };
  return withDeadline(finishing ?? ending(), ABORT_MS, () => new TransientError('analyser', GIVEN_UP));
}

function toSession({ process, keep, send, ask, finish, onEnd }: Parts): StructureSession {
  let sending: Promise<void> | undefined;
  let finishing: Promise<StructureReport> | undefined;
  let isGivenUp = false;
  let isOver = false;
  const end = (how: SessionEnd): void => {
    if (!isOver) onEnd(isGivenUp ? 'given up' : how);
    isOver = true;
  };
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      process.kill('The session failed');
      end('failed');
      throw error;
    }
  };
  return {
    write(chunk) {
      if (chunk.length === 0 || keep(chunk)) return;
      sending = guard(send(frameHeader('data', chunk.length), chunk));
      return sending;
    },
    isTooMuch: () => guard(ask()),
    async finish() {
      finishing = finish();
      const report = await guard(finishing);
      end('reported');
      return report;
    },
    abort() {
      if (isOver || isGivenUp) return;
      isGivenUp = true;
      // It comes to the end of what it has, and takes the next file; one that does not is killed.
      void comeToEnd({ finishing, sending, finish })
        .catch(() => process.kill(GIVEN_UP))
        .then(() => end('given up'));
    },
  };
}
