import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { answerParent } from './answer-parent.js';

/**
 * The baseline of an upload: what Node does by itself from a socket to a file that is durable, and nothing
 * else. `?sha256` adds the hash that the product computes as well, `?form` the parser of forms.
 */
let directory = '';
const written: string[] = [];
const server = createServer((request, response) => {
  void receive(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error));
  });
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = path.join(directory, randomUUID());
  written.push(file);
  const target = createWriteStream(file, { flags: 'wx', flush: true });
  if (request.url?.endsWith('?form') === true) await pipeline(request, parsing(request, target));
  else if (request.url?.endsWith('?sha256') === true) await pipeline(request, hashing(), target);
  else await pipeline(request, target);
  response.end();
}

/** Ends when the file of the form is durable. */
function parsing({ headers }: IncomingMessage, target: Writable): Writable {
  const parser = busboy({ headers });
  let written: Promise<void> = Promise.resolve();
  parser.on('file', (_name, file) => {
    written = pipeline(file, target);
  });
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (parser.write(chunk)) done();
      else parser.once('drain', done);
    },
    final: (done) => {
      parser.end();
      written.then(() => {
        done();
      }, done);
    },
  });
}

function hashing(): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
    flush: (done) => {
      hash.digest();
      done();
    },
  });
}

answerParent({
  listen: async (input: { directory: string }) => {
    ({ directory } = input);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  },
  forget: async () => {
    for (const file of written.splice(0)) await rm(file, { force: true });
  },
});
