import { rm } from 'node:fs/promises';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';
import { answerParent } from './answer-parent.js';

/** The baseline of tus: the stock server on its own store of files, which neither hashes nor waits for the disk. */
let directory = '';
let server: HttpServer | undefined;

answerParent({
  listen: async (input: { directory: string }) => {
    directory = path.join(input.directory, 'stock-tus');
    const tus = new Server({
      path: '/uploads',
      datastore: new FileStore({ directory }),
      relativeLocation: true,
    });
    const listening = createServer((request, response) => void tus.handle(request, response));
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((listening.address() as AddressInfo).port)}`;
  },
  end: async () => {
    server?.closeAllConnections();
    await rm(directory, { recursive: true, force: true });
  },
});
