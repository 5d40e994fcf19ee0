import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TransientError } from '../../../src/domain/errors.js';
import type { OperationObservation } from '../../../src/graphql/use-observation.js';
import { startGraphqlServer, type GraphqlServer } from '../../support/start-graphql-server.js';

const observed: OperationObservation[] = [];
let server: GraphqlServer;

beforeAll(async () => {
  server = await startGraphqlServer({
    observe: (observation) => observed.push(observation),
    useCases: {
      deleteFile: () => Promise.reject(new Error('SELECT secret FROM /var/lib at 10.0.0.1')),
      cancelUpload: () => Promise.reject(new TransientError('postgres', 'connect ECONNREFUSED 10.0.0.1')),
    },
  });
});
afterAll(() => server.close());

describe('graphql over http', () => {
  it('passes the audits of graphql-http, with no warning but those of Apollo itself', async () => {
    const audits = serverAudits({
      url: `${server.url}/graphql`,
      fetchFn: (url: string, init: RequestInit = {}) =>
        fetch(url, {
          ...init,
          headers: { ...(init.headers as Record<string, string>), 'apollo-require-preflight': 'yes' },
        }),
    });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    const bad = results
      .filter((result) => result.status !== 'ok')
      .map(
        (result) => `${result.status} ${result.id} ${result.name} ${'reason' in result ? result.reason : ''}`,
      );
    // Apollo answers a document that it refuses with 400, whatever media type the client accepts.
    expect(bad).toEqual([
      expect.stringMatching(/^warn 572B SHOULD use 200 .* on document parsing failure/),
      expect.stringMatching(/^warn FDE2 SHOULD use 200 .* on document validation failure/),
      expect.stringMatching(/^warn 7B9B SHOULD use .* 200 on variable coercion failure/),
    ]);
  });

  it('answers a query of a member', async () => {
    const { data, status } = await server.post(
      '{ viewer { subject tenant { slug } permissions } files { totalCount } }',
    );
    expect(status).toBe(200);
    expect(data).toMatchObject({
      viewer: { subject: 'acme-admin', tenant: { slug: 'acme' } },
      files: { totalCount: 1 },
    });
    expect(observed.at(-1)).toMatchObject({ type: 'query', transport: 'http', outcome: 'ok' });
  });

  it('refuses fields without a token and any request with a bad one, before a resolver runs', async () => {
    const before = server.useCases.calls.length;
    const anonymous = await server.post('{ viewer { subject } }', { token: null });
    const bad = await server.post('{ __typename }', { token: 'nobody' });
    expect([anonymous.status, bad.status]).toEqual([401, 401]);
    expect(anonymous.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
    expect(bad.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
    expect(server.useCases.calls.length).toBe(before);
  });

  it('says what the caller did wrong, with the field and the correlation id', async () => {
    const { errors, status } = await server.post(
      'query ($i: CreateDownloadUrlInput!) { file(id: "x") { id } }',
      {
        variables: { i: { fileId: 'x', ttlSeconds: 'soon' } },
      },
    );
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      category: 'user',
      retryable: false,
    });
    const wrong = await server.post(
      'mutation ($i: CreateUploadInput!) { createUpload(input: $i) { file { id } } }',
      { variables: { i: { name: 'a', sizeBytes: -1 } } },
    );
    expect(wrong.status).toBe(400);
    expect(wrong.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'sizeBytes' });
    expect(wrong.errors?.[0]?.extensions['correlationId']).toMatch(/^[\w.-]{8,64}$/);
  });

  it.each([
    ['files(first: 101) { totalCount }', 'first'],
    ['files(first: "ten") { totalCount }', 'first'],
    ['files(filter: { states: [SPOTLESS] }) { totalCount }', 'states'],
    ['files(filter: { colour: "red" }) { totalCount }', 'colour'],
    ['file { id }', 'id'],
  ])('names the field of a value in the document that is wrong: %s', async (selection, field) => {
    const { errors, status } = await server.post(`{ ${selection} }`);
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  it('tells nothing of what broke inside, and logs it under the correlation id', async () => {
    const { errors } = await server.post('mutation { deleteFile(input: { fileId: "x" }) { file { id } } }');
    expect(errors?.[0]).toMatchObject({
      message: 'Something went wrong on our side.',
      path: ['deleteFile'],
      extensions: { code: 'INTERNAL', category: 'internal', retryable: false },
    });
    const id = String(errors?.[0]?.extensions['correlationId']);
    expect(server.lines.some((line) => line.includes(id) && line.includes('SELECT secret'))).toBe(true);
    const down = await server.post('mutation { cancelUpload(input: { fileId: "x" }) { file { id } } }');
    expect(down.errors?.[0]?.extensions).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true });
    expect(JSON.stringify([errors, down.errors])).not.toMatch(/10\.0\.0\.1|SELECT|stack/);
  });

  it('answers a subscription over HTTP with 405', async () => {
    const { status, errors } = await server.post('subscription { fileEvents { cursor } }');
    expect(status).toBe(405);
    expect(errors?.[0]?.message).toContain('WebSocket');
  });

  it.each([
    [
      'names an operation that is not there',
      'mutation A { deleteFile(input: { fileId: "x" }) { file { id } } }',
    ],
    ['leaves open which of two operations is meant', 'query B { __typename } query C { __typename }'],
  ])('runs nothing when a request %s', async (_what, query) => {
    const before = server.useCases.calls.length;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer acme-admin' },
      body: JSON.stringify({ query, ...(query.includes('A {') ? { operationName: 'Z' } : {}) }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(server.useCases.calls.length).toBe(before);
  });

  it('refuses batches', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer acme-admin' },
      body: JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]),
    });
    expect(response.status).toBe(400);
  });

  it.each([
    ['text/plain', 'POST', 415],
    ['application/x-www-form-urlencoded', 'POST', 415],
    ['multipart/form-data; boundary=x', 'POST', 400],
    ['', 'POST', 415],
    ['', 'GET', 400],
  ])('refuses what a foreign page can send: %s by %s', async (type, method, status) => {
    const response = await fetch(`${server.url}/graphql?query={__typename}`, {
      method,
      headers: { authorization: 'Bearer acme-admin', ...(type === '' ? {} : { 'content-type': type }) },
      ...(method === 'POST' ? { body: new Uint8Array([0x7b]) } : {}),
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  it('reads the ledger of parts only when somebody asks for parts', async () => {
    const before = server.useCases.calls.filter((name) => name === 'uploadStatus').length;
    await server.post('{ files { edges { node { upload { receivedBytes partCount } } } } }');
    expect(server.useCases.calls.filter((name) => name === 'uploadStatus').length).toBe(before);
    await server.post('{ files { edges { node { upload { parts { etag } missingPartNumbers } } } } }');
    expect(server.useCases.calls.filter((name) => name === 'uploadStatus').length).toBe(before + 1);
  });
});
