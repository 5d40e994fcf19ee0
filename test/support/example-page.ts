import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};
const BUNDLER = pathToFileURL(path.resolve(import.meta.dirname, '../../examples/bundle.mjs')).href;

/** Pages of the examples, on an origin of their own. */
export interface ExamplePages {
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** Bundles examples and serves each below its name. */
export async function serveExamples(names: readonly string[]): Promise<ExamplePages> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-examples-'));
  const { bundleExample } = (await import(BUNDLER)) as {
    bundleExample: (name: string, outdir: string) => Promise<void>;
  };
  await Promise.all(names.map((name) => bundleExample(name, path.join(directory, name))));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://pages');
    const file = path.join(directory, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    readFile(file).then(
      (content) => {
        const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
        response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
