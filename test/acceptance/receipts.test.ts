import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { createApiClient, granted, type ApiClient } from '../support/api-client.js';
import type { Product } from '../support/product.js';
import { EICAR } from '../support/samples.js';
import { sendFile, untilDecided } from '../support/send-file.js';
import { onSharedProduct } from '../support/shared-product.js';

const BOOTSTRAP = new URL('../../launch/bootstrap.mjs', import.meta.url).pathname;
const RECEIPT = 'query ($id: ID!) { answer: file(id: $id) { receipt } }';

let product: Product;
let uploader: ApiClient;
let directory: string;
onSharedProduct(async (shared) => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-receipt-'));
  product = shared;
  uploader = createApiClient(product.url, await product.token('acme-uploader'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function write(name: string, content: string | Buffer): Promise<string> {
  const target = path.join(directory, name);
  await writeFile(target, content);
  return target;
}

async function verify(
  ...args: string[]
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [BOOTSTRAP, 'verify-receipt', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exitCode, stdout, stderr };
}

async function receiptOf(client: ApiClient, id: string): Promise<string | null | undefined> {
  const answer = await client.ask<{ receipt: string | null } | null>(RECEIPT, { id });
  return granted(answer)?.receipt;
}

const keys = (headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${product.url}/.well-known/lazaret/receipt-keys`, { headers });

describe('a receipt', () => {
  it('of a clean and of an infected file is verified offline, and fits no other file', async () => {
    const jwks = await write('jwks.json', await (await keys()).text());
    const clean = Buffer.from('nothing to see here');
    const endings = [];
    for (const [name, bytes] of [
      ['clean', clean],
      ['eicar', EICAR],
    ] as const) {
      const { id } = await untilDecided(uploader, (await sendFile(uploader, bytes)).id);
      const receipt = await write(`${name}.jws`, `${(await receiptOf(uploader, id)) ?? ''}\n`);
      const run = await verify(await write(name, bytes), '--receipt', receipt, '--keys', jwks, '--json');
      endings.push([run.exitCode, JSON.parse(run.stdout)]);
      expect(endings.at(-1)?.[1]).toMatchObject({ kind: 'genuine', claims: { sub: id, iss: product.url } });
    }
    expect(endings).toMatchObject([
      [
        0,
        { verdict: 'CLEAN', claims: { reason: null, engine: expect.stringContaining('ClamAV') as string } },
      ],
      [2, { verdict: 'INFECTED', claims: { reason: 'MALWARE', findings: [{ code: 'MALWARE' }] } }],
    ]);
    const swapped = [path.join(directory, 'eicar'), '--receipt', path.join(directory, 'clean.jws')];
    const run = await verify(...swapped, '--keys', jwks);
    expect([run.exitCode, run.stdout]).toEqual([7, expect.stringContaining('NOT FOR THIS FILE')]);
  });

  it('is the same after a restart and on every read, and comes with the verdict and not before', async () => {
    const { file } = granted(await uploader.createUpload({ name: 'soon.bin', sizeBytes: 4 }));
    expect(await receiptOf(uploader, file.id)).toBeNull();
    const { id } = await untilDecided(uploader, (await sendFile(uploader, Buffer.from('same'))).id);
    const before = await receiptOf(uploader, id);
    expect(before).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    await product.api.restart();
    expect(await receiptOf(uploader, id)).toBe(before);
    const stranger = createApiClient(product.url, await product.token('globex-admin'));
    expect(await receiptOf(stranger, id)).toBeUndefined();
  });

  it('has its keys published for everybody, to be cached and asked for again cheaply', async () => {
    const answer = await keys();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/jwk-set+json');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
    expect(await answer.json()).toEqual({
      keys: [expect.not.objectContaining({ d: expect.anything() as unknown }) as unknown],
    });
    const again = await keys({ 'if-none-match': answer.headers.get('etag') ?? '', 'cache-control': '' });
    expect(again.status).toBe(304);
  });
});

describe('npm run verify-receipt', () => {
  it('says what is possible and what is wrong with its arguments', async () => {
    const help = await verify('--help');
    expect([help.exitCode, help.stdout]).toEqual([0, expect.stringContaining('Exit codes')]);
    expect((await verify('only-a-file')).exitCode).toBe(1);
    const absent = await verify('x', '--receipt', path.join(directory, 'absent'), '--keys', 'y');
    expect([absent.exitCode, absent.stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
  });
});
