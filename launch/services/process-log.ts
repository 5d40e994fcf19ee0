import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs';

const FILE_LIMIT_BYTES = 16 * 1024 * 1024;
const BACKLOG_LIMIT_BYTES = 8 * 1024 * 1024;
const LINE_LIMIT_CHARACTERS = 64 * 1024;
const SHOWN_CHARACTERS = 300;
const REPEAT_MS = 10_000;
const LOUD = new Set(['warn', 'error', 'fatal']);

/** Keeps what a process of ours says. */
export interface ProcessLog {
  readonly write: (chunk: Buffer) => void;
}

/**
 * Writes the lines of a process to a file (`.1` is the one before, once it has 16 MiB) and shows those that
 * an operator should see: warnings, errors, and whatever is not a log line at all.
 */
export function createProcessLog(name: string, file: string, show: (line: string) => void): ProcessLog {
  const sink = createSink(file);
  let rest = '';
  let last = { text: '', shownAt: 0 };
  return {
    write(chunk) {
      sink(chunk);
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = (lines.pop() ?? '').slice(-LINE_LIMIT_CHARACTERS);
      for (const line of lines) {
        const text = worthShowing(line);
        // Something that tries again and again says the same each time.
        if (text === null || (text === last.text && Date.now() - last.shownAt < REPEAT_MS)) continue;
        last = { text, shownAt: Date.now() };
        show(`[${name}] ${text.slice(0, SHOWN_CHARACTERS)}`);
      }
    },
  };
}

/** A file that is started anew once it is large. When the disk does not keep up, chunks are left out. */
function createSink(file: string): (chunk: Buffer) => void {
  let stream = openLog(file);
  let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return (chunk) => {
    if (size > FILE_LIMIT_BYTES) {
      stream.end();
      setAside(file);
      stream = openLog(file);
      size = 0;
    }
    if (stream.writableLength > BACKLOG_LIMIT_BYTES) return;
    size += chunk.length;
    stream.write(chunk);
  };
}

/** Whoever needed the space may have moved or removed it; that must not end the supervisor. */
function setAside(file: string): void {
  try {
    renameSync(file, `${file}.1`);
  } catch {
    // There is nothing to keep, or no way to keep it: the next lines matter more.
  }
}

function openLog(file: string): WriteStream {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // A full disk must not end the supervisor; the processes themselves report it.
  stream.on('error', () => undefined);
  return stream;
}

function worthShowing(line: string): string | null {
  if (line.trim() === '') return null;
  const entry = parse(line);
  if (entry === null) return line;
  if (!LOUD.has(String(entry['level']))) return null;
  const error = entry['err'];
  const detail = isRecord(error) ? `: ${textOf(error['message'])}` : '';
  return `${textOf(entry['level'])}: ${textOf(entry['msg'])}${detail}`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
