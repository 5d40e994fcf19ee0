/** Where the command writes. */
export interface Output {
  /** One line of result, to standard output. */
  readonly result: (line: string) => void;
  /** One line of anything else, to standard error. */
  readonly error: (line: string) => void;
  /** The terminal behind standard error; `undefined` in a pipe or a log. */
  readonly terminal: NodeJS.WriteStream | undefined;
}

/** The output of this process. */
export const processOutput = (): Output => ({
  result: (line) => void process.stdout.write(`${line}\n`),
  error: (line) => void process.stderr.write(`${line}\n`),
  terminal: process.stderr.isTTY ? process.stderr : undefined,
});
