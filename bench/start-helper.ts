import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';

/** A process of the measurement itself, whose time is its own and not that of what is measured. */
export interface Helper {
  readonly pid: number;
  /** Asks it to do something and waits for the answer. */
  ask<T>(job: string, input?: object): Promise<T>;
  stop(): Promise<void>;
}

/** What a helper is asked, and what it says. */
export interface HelperRequest {
  readonly job: string;
  readonly input: object;
}

/** The answer to one request. */
export type HelperAnswer = { readonly value: unknown } | { readonly error: string };

/** Starts a helper. @param name - of the file in bench/ that is its entry */
export function startHelper(name: string): Helper {
  const child = fork(path.join(import.meta.dirname, `${name}.js`), {
    execArgv: ['--enable-source-maps'],
    stdio: 'inherit',
  });
  if (child.pid === undefined) throw new Error(`${name} could not be started`);
  return {
    pid: child.pid,
    ask: (job, input = {}) => ask(child, { job, input }),
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** One request at a time is under way. */
function ask<T>(child: ChildProcess, request: HelperRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null): void => {
      reject(new Error(`A helper of the measurement ended with ${String(code)}`));
    };
    child.once('exit', end);
    child.once('message', (answer: HelperAnswer) => {
      child.off('exit', end);
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer.value as T);
    });
    child.send(request);
  });
}
