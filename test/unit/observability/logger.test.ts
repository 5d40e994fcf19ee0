import { trace, TraceFlags } from '@opentelemetry/api';
import { describe, expect, it, vi } from 'vitest';
import { withCorrelationId } from '../../../src/observability/correlation-scope.js';
import { rememberingLogger } from '../../support/test-edge.js';

const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhY21lIn0.c2lnbmF0dXJl';

/** Each kind of secret, and where it tends to turn up. */
const SECRETS: Record<
  string,
  { readonly secret: string; readonly line: Record<string, unknown>; readonly text: string }
> = {
  'an access token': {
    secret: JWT,
    line: { accessToken: JWT, note: `got ${JWT}` },
    text: `token ${JWT} refused`,
  },
  'an authorization header': {
    secret: 'c2VjcmV0OnNlY3JldA',
    line: {
      headers: { Authorization: 'Basic c2VjcmV0OnNlY3JldA==' },
      note: 'Authorization: Basic c2VjcmV0OnNlY3JldA==',
    },
    text: 'sent Bearer c2VjcmV0OnNlY3JldA==',
  },
  'a cookie': {
    secret: 'sid=abc123',
    line: { cookie: 'sid=abc123', 'set-cookie': ['sid=abc123'] },
    text: '',
  },
  'a part URL': {
    secret: 'opaque.right-17',
    line: { url: 'http://127.0.0.1:4000/parts/opaque.right-17' },
    text: 'PUT /parts/opaque.right-17 failed',
  },
  'a download URL': {
    secret: 'opaque.right-18',
    line: { url: new URL('http://127.0.0.1:4000/downloads/opaque.right-18?x=1') },
    text: 'GET /downloads/opaque.right-18 failed',
  },
  'a URL of an S3 upload': {
    secret: 'opaque.right-19',
    line: { url: 'http://127.0.0.1:4000/s3/opaque.right-19?uploads' },
    text: 'POST /s3/opaque.right-19?uploads failed',
  },
  'a URL of the quarantine': {
    secret: 'opaque.right-20',
    line: { url: 'http://127.0.0.1:4000/quarantine/released/opaque.right-20' },
    text: 'GET /quarantine/forensic/opaque.right-20 failed',
  },
  'a presigned URL': {
    secret: 'deadbeef77',
    line: { url: 'https://s3/b/k?X-Amz-Signature=deadbeef77&partNumber=1' },
    text: 'https://s3/b/k?partNumber=1&X-Amz-Signature=deadbeef77',
  },
  'a password of a URL': {
    secret: 'hunter2',
    line: { databaseUrl: 'postgres://app:hunter2@db/x', password: 'hunter2' },
    text: 'cannot reach redis://:hunter2@cache:6379',
  },
  'a mail address': {
    secret: 'ann@example.com',
    line: { to: 'ann@example.com' },
    text: 'told ann@example.com',
  },
  'a file name': {
    secret: 'dismissal of ann.pdf',
    line: { name: 'dismissal of ann.pdf', file: { name: 'dismissal of ann.pdf' } },
    text: '',
  },
  'an object-store key': {
    secret: 'wJalrXUtnFEMI',
    line: { s3: { secretKey: 'wJalrXUtnFEMI', access_key: 'wJalrXUtnFEMI' } },
    text: '',
  },
};

describe('a log line', () => {
  it.each(Object.entries(SECRETS))('never shows %s', (_kind, { secret, line, text }) => {
    const { logger, lines } = rememberingLogger();
    logger.info(line, text);
    logger.child(line).info('from a child');
    logger.info({ deep: { list: [line] } });
    logger.error(Object.assign(new Error(text), { details: line }), 'an error');
    logger.error({ err: new Error('outer', { cause: Object.assign(new Error(text), { details: line }) }) });
    logger.info(`${text} %s`, text);
    for (const written of lines) {
      expect(written).not.toContain(secret);
      expect(() => JSON.parse(written) as unknown).not.toThrow();
    }
    expect(lines).toHaveLength(6);
  });

  it('has one schema', () => {
    const { logger, lines } = rememberingLogger();
    logger.warn({ durationMs: 3 }, 'slow');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      service: 'test',
      durationMs: 3,
      msg: 'slow',
    });
  });

  it('carries the correlation id of the work that it is part of, exactly once', async () => {
    const { logger, lines } = rememberingLogger();
    await withCorrelationId('c-1', async () => {
      await Promise.resolve();
      logger.info('inside');
      logger.child({ correlationId: 'c-2' }).info('of a child');
      logger.info({ correlationId: 'c-3' }, 'of its own');
    });
    logger.info('outside');
    const ids = lines.map((line) => [...line.matchAll(/"correlationId":"(.*?)"/g)].map((match) => match[1]));
    expect(ids).toEqual([['c-1'], ['c-2'], ['c-3'], []]);
  });

  it('carries the trace that it is part of', () => {
    const { logger, lines } = rememberingLogger();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const span = trace.wrapSpanContext({
      traceId,
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.SAMPLED,
    });
    const active = vi.spyOn(trace, 'getActiveSpan').mockReturnValue(span);
    logger.info('traced');
    active.mockRestore();
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ traceId, spanId: 'b7ad6b7169203331' });
  });

  it('stays bounded and valid whatever is logged', () => {
    const { logger, lines } = rememberingLogger();
    const loop: Record<string, unknown> = { big: 1n, bytes: Buffer.alloc(1_000_000), when: new Date(0) };
    loop['self'] = loop;
    logger.info(loop);
    logger.info({ many: Array.from({ length: 100_000 }, (_, index) => index) });
    for (const line of lines) {
      expect(line.length).toBeLessThan(5_000);
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    }
  });
});
