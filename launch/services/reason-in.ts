const MAX_CHARACTERS = 300;
/** The time and the process number that servers write before what they say. */
const PREFIXES = [
  /^\d{4}-\d{2}-\d{2} [\d:.]+ \w+ \[\d+\] /,
  /^\d+:[A-Z] \d{1,2} \w+ \d{4} [\d:.]+ [.\-*#] /,
  /^(?:ERROR: )?\w{3} \w{3} +\d+ [\d:]+ \d{4} -> [!*^]?/,
];
/** The first kind that is found counts: what a server says in passing may be any of the later ones. */
const KINDS = [
  /\b(?:PANIC|FATAL|fatal)\b/,
  /no space left|could not|cannot|can't|bad file|failed|denied|\berror\b/i,
];

/**
 * Of all that a server printed before it ended, the line that says why, without the time.
 *
 * @param text - what it printed in this run
 */
export function reasonIn(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => withoutPrefix(line.trim()))
    .filter((line) => line !== '');
  const told = KINDS.map((kind) => lines.find((line) => kind.test(line))).find((line) => line !== undefined);
  return (told ?? lines.at(-1) ?? 'it printed nothing').slice(0, MAX_CHARACTERS);
}

function withoutPrefix(line: string): string {
  return PREFIXES.reduce((rest, prefix) => rest.replace(prefix, ''), fatalMessage(line) ?? line);
}

/** Our own processes log as JSON. */
function fatalMessage(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level?: unknown;
      msg?: unknown;
      err?: { message?: unknown };
    };
    if (level !== 'fatal') return '';
    return typeof err?.message === 'string' ? `fatal: ${err.message}` : `fatal: ${String(msg)}`;
  } catch {
    return undefined;
  }
}
