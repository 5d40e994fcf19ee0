import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { FrameKind } from '../../analyser/frames.js';
import { OvertimeError, TransientError } from '../../domain/errors.js';
import type { SandboxCommand } from './confinement.js';
import { readCpuMs } from './cpu-time.js';
import { createFrameParser } from './frame-parser.js';

/** One analyser in its sandbox. */
export interface AnalyserProcess {
  /** Sends bytes, which may be used again when it resolves. */
  send(...pieces: readonly Uint8Array[]): Promise<void>;
  /** Who hears of the next frames, and of the end; replaces the one before. */
  listen(listener: AnalyserListener): void;
  /** Ends it and whatever it started, at once. Who waits for it learns whether it was for want of an end. */
  kill(cause: string, how?: { readonly isOvertime: boolean }): void;
  /** Lets it end by itself: no file comes any more. */
  retire(): void;
  isAlive(): boolean;
  /** How long the processor has worked for it, in milliseconds; `undefined` where nobody says. */
  cpuMs(): Promise<number | undefined>;
}

/** Hears of one analyser. */
export interface AnalyserListener {
  /** What it throws ends the analyser. */
  frame(kind: FrameKind, payload: Buffer): void;
  ended(error: TransientError): void;
}

/** Of what it says on its error output so much is kept for the log. */
const LAST_WORDS = 500;
const RETIRE_MS = 2_000;
/** The end of one that was replaced in good order. */
export const RETIRED = 'The analyser was retired';

/** Starts an analyser in a group of its own, with nothing of our environment. */
export function startProcess(
  sandbox: SandboxCommand,
  onEnd: (error: TransientError) => void,
): AnalyserProcess {
  const [command = process.execPath, ...args] = sandbox.words();
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: {}, detached: true, cwd: '/' });
  let listener: AnalyserListener | undefined;
  let failure: TransientError | undefined;
  const lastWords = keepLastWords(child.stderr);
  const end = (cause: string, { isOvertime } = { isOvertime: false }): void => {
    if (failure) return;
    failure = new (isOvertime ? OvertimeError : TransientError)('analyser', cause, { cause: lastWords() });
    killGroup(child);
    child.stdin.destroy();
    listener?.ended(failure);
    onEnd(failure);
  };
  const parse = createFrameParser((kind, payload) => {
    if (!listener) throw new Error('The analyser speaks without being asked');
    listener.frame(kind, payload);
  });
  hearOf(child, end, (bytes) => {
    if (!failure) parse(bytes);
  });
  return {
    send: (...pieces) => write(child.stdin, pieces, () => failure),
    listen(next) {
      if (failure) next.ended(failure);
      else listener = next;
    },
    kill: end,
    retire() {
      child.stdin.end();
      setTimeout(() => end(RETIRED), RETIRE_MS).unref();
    },
    isAlive: () => failure === undefined,
    cpuMs: () => (child.pid === undefined ? Promise.resolve(undefined) : readCpuMs(child.pid)),
  };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function hearOf(child: Child, end: (cause: string) => void, hear: (bytes: Buffer) => void): void {
  child.once('error', (error) => end(`The analyser cannot be started: ${error.message}`));
  child.once('exit', (code, signal) =>
    end(code === 0 ? RETIRED : `The analyser has ended (${signal ?? String(code)})`),
  );
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (bytes: Buffer) => {
    try {
      hear(bytes);
    } catch {
      end('The analyser sent what it must not');
    }
  });
  letGo(child);
}

function keepLastWords(stderr: Readable): () => string {
  let words = '';
  stderr.on('data', (bytes: Buffer) => {
    words = (words + bytes.toString('utf8')).slice(-LAST_WORDS);
  });
  return () => words;
}

/** Resolves when the last piece was taken; with one callback for all, since they are taken in order. */
function write(
  stdin: Writable,
  pieces: readonly Uint8Array[],
  failure: () => TransientError | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    stdin.cork();
    pieces.forEach((piece, index) => {
      if (index < pieces.length - 1) stdin.write(piece);
      else {
        stdin.write(piece, (cause) => {
          if (cause) {
            reject(failure() ?? new TransientError('analyser', 'The analyser takes no bytes', { cause }));
          } else resolve();
        });
      }
    });
    stdin.uncork();
  });
}

function killGroup({ pid }: Child): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** An analyser that waits for a file keeps no worker from its end. */
function letGo(child: Child): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if (stream instanceof Socket) stream.unref();
  }
}
