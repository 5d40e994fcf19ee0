import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cutOff } from '../../support/cut-off.js';
import { ABUSES, file, MAP, operations, type Part } from '../../support/multipart-forms.js';
import { startGraphqlServer, type GraphqlServer } from '../../support/start-graphql-server.js';

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.useCases.received.length = 0;
});

async function send(
  parts: readonly Part[],
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  const form = new FormData();
  for (const [name, value, filename] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, filename);
  }
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: 'Bearer acme-uploader', 'apollo-require-preflight': 'yes', ...headers },
    body: form,
  });
  return { status: response.status, body: await response.text() };
}

const isAlive = async (): Promise<boolean> => (await server.post('{ __typename }')).status === 200;

describe('a file in a multipart request', () => {
  it('arrives byte for byte, with the name of its part', async () => {
    const bytes = randomBytes(3_000_000);
    const { status, body } = await send([
      ['operations', operations()],
      ['map', MAP],
      ['0', file(bytes), 'größe.txt'],
    ]);
    expect([status, JSON.parse(body)]).toEqual([
      200,
      { data: { uploadFile: { file: { name: 'größe.txt', sizeBytes: bytes.length } } } },
    ]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(server.useCases.received).toEqual([`größe.txt:${sha256}:${String(bytes.length)}`]);
  });

  it('may be empty, and may get another name', async () => {
    const { status } = await send([
      ['operations', operations({ file: null, input: { name: 'other.bin' } })],
      ['map', MAP],
      ['0', file(''), 'a.txt'],
    ]);
    expect(status).toBe(200);
    expect(server.useCases.received[0]).toMatch(/^other\.bin:e3b0c442.*:0$/);
  });

  it('is not read without a token, with a bad one, or without a header that needs a preflight', async () => {
    const parts: Part[] = [
      ['operations', operations()],
      ['map', MAP],
      ['0', file(), 'a.txt'],
    ];
    expect((await send(parts, { authorization: '' })).status).toBe(401);
    expect((await send(parts, { authorization: 'Bearer nobody' })).status).toBe(401);
    expect((await send(parts, { 'apollo-require-preflight': '' })).status).toBe(400);
    expect(server.useCases.received).toEqual([]);
  });

  it('is refused to somebody who may not upload, and the rest of the body does no harm', async () => {
    const { status, body } = await send(
      [
        ['operations', operations()],
        ['map', MAP],
        ['0', file(randomBytes(2_000_000)), 'a.txt'],
      ],
      { authorization: 'Bearer acme-viewer' },
    );
    expect(status).toBe(200);
    expect(body).toContain('FORBIDDEN');
    expect(await isAlive()).toBe(true);
  });
});

describe('an abused form', () => {
  it.each(ABUSES)('is answered with 400: %s', async (_name, parts) => {
    const { status, body } = await send(parts);
    expect([status, body]).toEqual([400, expect.stringContaining('BAD_USER_INPUT')]);
    expect(server.useCases.received).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.prototype.hasOwnProperty.call({ a: 1 }, 'a')).toBe(true);
    expect(await isAlive()).toBe(true);
  });

  it.each([
    [
      'twice the same part',
      [
        ['0', file('one'), 'a'],
        ['0', file('two'), 'b'],
      ],
    ],
    [
      'a field after the file',
      [
        ['0', file('one'), 'a'],
        ['extra', 'field'],
      ],
    ],
  ] as readonly (readonly [string, readonly Part[]])[])(
    'never passes for a whole file: %s',
    async (_name, rest) => {
      const { body } = await send([['operations', operations()], ['map', MAP], ...rest]);
      expect(body).toContain('BAD_USER_INPUT');
      expect(server.useCases.received).toEqual([]);
    },
  );

  it('gives its file to one field alone, and never passes for an empty one to another', async () => {
    const query =
      'mutation ($f: Upload!) { a: uploadFile(file: $f) { file { id } } b: uploadFile(file: $f) { file { id } } }';
    const before = server.useCases.received.length;
    const { body } = await send([
      ['operations', JSON.stringify({ query, variables: { f: null } })],
      ['map', '{"0":["variables.f"]}'],
      ['0', file('one'), 'a'],
    ]);
    expect(body).toContain('used once');
    expect(server.useCases.received.length - before).toBe(1);
  });

  it('has a boundary, or is refused', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer acme-uploader',
        'apollo-require-preflight': 'yes',
        'content-type': 'multipart/form-data',
      },
      body: 'x',
    });
    expect(response.status).toBe(400);
  });

  it('is refused, and no failure of ours, when it ends before its file does', async () => {
    const head = (name: string, more = ''): string =>
      `--B\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer acme-uploader',
        'apollo-require-preflight': 'yes',
        'content-type': 'multipart/form-data; boundary=B',
      },
      body: `${head('operations')}${operations()}\r\n${head('map')}${MAP}\r\n${head('0', '; filename="a.txt"')}xyz`,
    });
    expect(await response.text()).toContain('BAD_USER_INPUT');
    expect(server.useCases.received).toEqual([]);
  });

  it('leaves nothing behind when it is cut off anywhere', async () => {
    const head = (name: string, more = ''): string =>
      `--B\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`;
    const body = `${head('operations')}${operations()}\r\n${head('map')}${MAP}\r\n${head('0', '; filename="a.txt"')}${'x'.repeat(2_000)}\r\n--B--\r\n`;
    for (let cut = 0; cut < body.length; cut += 97) {
      for (const isEnded of [true, false]) {
        await cutOff(server.port, body.slice(0, cut), isEnded ? cut : body.length);
      }
    }
    expect(server.useCases.received).toEqual([]);
    expect(await isAlive()).toBe(true);
  });
});
