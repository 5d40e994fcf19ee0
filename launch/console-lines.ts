/** The supervisor's words to the operator. A terminal that has gone away must not end it. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Keeps the process alive when the terminal or the pipe that it prints to goes away. */
export function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
