import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { followVerdicts } from '../../../examples/uppy/follow-verdict.js';

const FILES = 120;
const schema = buildSchema(`
  type Query { ok: Boolean }
  type Verdict { reason: String findings: [Finding!]! }
  type Finding { code: String! detail: String! }
  type File { name: String! sizeBytes: Int! sha256: String verdict: Verdict }
  type Progress { stage: String! scannedBytes: Int! file: File! }
  type Subscription { uploadProgress(fileId: ID!): Progress! }
`);
const refusal = (retryable: boolean): GraphQLError => new GraphQLError('no', { extensions: { retryable } });

const http = createServer();
const sockets = new WebSocketServer({ server: http, path: '/graphql' });
let running = 0;
let most = 0;
const refused: string[] = [];

async function* tell({ fileId }: { fileId: string }) {
  const progress = (stage: string) => ({
    uploadProgress: {
      stage,
      scannedBytes: 0,
      file: { name: fileId, sizeBytes: 1, sha256: null, verdict: null },
    },
  });
  most = Math.max(most, (running += 1));
  try {
    yield progress('SCANNING');
    await new Promise((resolve) => setTimeout(resolve, 20));
    yield progress('CLEAN');
  } finally {
    running -= 1;
  }
}

const server = useServer<Record<string, never>>(
  {
    schema,
    roots: { subscription: { uploadProgress: tell } },
    onSubscribe: (_context, _id, { variables }) => {
      const fileId = String(variables?.['fileId']);
      const isAgain = refused.includes(fileId);
      if (!/busy|unknown/u.test(fileId) || (fileId === 'busy' && isAgain)) return undefined;
      refused.push(fileId);
      return [refusal(fileId === 'busy')];
    },
  },
  sockets,
);
afterEach(async () => {
  await server.dispose();
  http.close();
});

it('follows any number of files to their verdict, some at a time, and what was refused for now again', async () => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const failure = vi.fn();
  const { port } = http.address() as AddressInfo;
  const follow = followVerdicts({ url: `http://127.0.0.1:${port}`, token: async () => 'token' });
  const shown = new Map<string, string[]>();
  const names = ['busy', 'unknown', ...Array.from({ length: FILES }, (_, index) => `file-${index}`)];
  for (const name of names) {
    follow(name, ({ stage, file }) => shown.set(file.name, [...(shown.get(file.name) ?? []), stage])).catch(
      failure,
    );
  }
  const isDecided = (name: string): boolean => shown.get(name)?.at(-1) === 'CLEAN';
  await expect.poll(() => names.filter((name) => !isDecided(name))).toEqual(['unknown']);
  expect(most).toBeGreaterThan(10);
  expect(most).toBeLessThanOrEqual(50);
  expect(refused.toSorted()).toEqual(['busy', 'unknown']);
  expect(failure.mock.calls).toEqual([[expect.objectContaining({ message: 'no' })]]);
});
