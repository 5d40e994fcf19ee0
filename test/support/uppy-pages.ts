import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const SERVE = path.resolve(import.meta.dirname, '../../examples/uppy/serve.mjs');

/** The example, bundled and served. */
export interface UppyPages {
  /** Of every page of it. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** Serves the example as its README says, on a port that the system chooses. */
export async function startUppyPages(apiUrl: string): Promise<UppyPages> {
  const server = spawn(process.execPath, [SERVE, '--port', '0', '--api', apiUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  for await (const line of createInterface({ input: server.stdout })) {
    // The first line that it says is its address.
    return {
      origin: new URL(line).origin,
      stop: async () => {
        server.kill('SIGTERM');
        await exited;
      },
    };
  }
  throw new Error('The example could not be served.');
}
