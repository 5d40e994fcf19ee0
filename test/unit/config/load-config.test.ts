import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../../../src/config/environment.js';
import { ConfigError } from '../../../src/config/config-error.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { segmentsOf } from '../../../src/usecases/inspection/segments.js';

const given = {
  DATABASE_URL: 'postgres://lazaret_app:secret@127.0.0.1:5432/lazaret',
  REDIS_URL: 'redis://127.0.0.1:6379',
  CLAMD_ADDRESSES: 'tcp://127.0.0.1:3310,unix:///run/clamd.sock',
  LAZARET_URL_SIGNING_KEY: 'ab'.repeat(32),
};

const refusalOf = (changes: Record<string, string>): string => {
  try {
    loadConfig({ ...given, ...changes });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('The configuration was accepted.');
};

describe('the configuration', () => {
  it('is complete with the least that has to be given', () => {
    const config = loadConfig(given);
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 4000, publicUrl: 'http://127.0.0.1:4000' });
    expect(config.store).toMatchObject({ kind: 'filesystem' });
    expect(config.clamd.addresses).toEqual([
      { kind: 'tcp', host: '127.0.0.1', port: 3310 },
      { kind: 'unix', path: '/run/clamd.sock' },
    ]);
    expect(config.auth.issuer).toBe('http://127.0.0.1:4000/oauth');
  });

  it.each([
    ['LAZARET_PORT', 'abc', 'a whole number'],
    ['LAZARET_PORT', '70000', 'at most 65535'],
    ['LAZARET_SCAN_CONCURRENCY', '1.5', 'a whole number'],
    ['LAZARET_PROFILE', 'staging', 'development or production'],
    ['LAZARET_LOG_LEVEL', 'loud', 'fatal, error, warn'],
    ['CLAMD_ADDRESSES', 'localhost:3310', 'tcp://host:port'],
    ['CLAMD_ADDRESSES', 'tcp://localhost:99999', 'tcp://host:port'],
    ['CLAMD_ADDRESSES', 'tcp://localhost:0', 'tcp://host:port'],
    ['CLAMD_ADDRESSES', 'tcp://two words:3310', 'tcp://host:port'],
    ['S3_BUCKET_PREFIX', 'Not A Bucket', 'lower-case'],
  ])('names %s, its value %s and the rule', (name, value, rule) => {
    const message = refusalOf({ [name]: value });
    expect(message).toContain(name);
    expect(message).toContain(value);
    expect(message).toContain(rule);
  });

  it('reads the addresses of clamd as the system takes them', () => {
    const CLAMD_ADDRESSES = 'tcp://[::1]:3310, unix:///run/clam av/50%.sock';
    expect(loadConfig({ ...given, CLAMD_ADDRESSES }).clamd.addresses).toEqual([
      { kind: 'tcp', host: '::1', port: 3310 },
      { kind: 'unix', path: '/run/clam av/50%.sock' },
    ]);
  });

  it.each([
    ...['*', 'null', 'app.example', 'localhost:3000', 'https://app.example/', 'https://app.example/page'],
    ...['https://App.example', 'https://app.example:443', 'https://*.example', 'https://user@app.example'],
  ])('refuses %s as an origin, which no browser would send', (origin) => {
    const message = refusalOf({ LAZARET_ALLOWED_ORIGINS: `https://app.example,${origin}` });
    expect(message).toContain(
      `LAZARET_ALLOWED_ORIGINS is "https://app.example,${origin}": it must be origins`,
    );
  });

  it('takes origins of pages and of apps that bring their own browser', () => {
    const allowedOrigins = [
      ...[
        'https://app.example',
        'http://127.0.0.1:5173',
        'http://[::1]:5173',
        'https://xn--bcher-kva.example',
      ],
      ...['capacitor://localhost', 'chrome-extension://abcdef'],
    ];
    const LAZARET_ALLOWED_ORIGINS = allowedOrigins.join(', ');
    expect(loadConfig({ ...given, LAZARET_ALLOWED_ORIGINS }).http.allowedOrigins).toEqual(allowedOrigins);
  });

  it('takes addresses and networks of proxies, and nothing else', () => {
    const networks = ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'];
    expect(loadConfig({ ...given, LAZARET_TRUSTED_PROXIES: networks.join() }).http.trustedProxies).toEqual(
      networks,
    );
    for (const wrong of [
      'proxy',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      'fd00::/129',
      '0.0.0.0/0',
      '::/0',
      '10.0.0',
      'true',
    ]) {
      expect(refusalOf({ LAZARET_TRUSTED_PROXIES: wrong })).toContain('it must be addresses or networks');
    }
  });

  it.each(['DATABASE_URL', 'REDIS_URL', 'CLAMD_ADDRESSES'])(
    'says what %s must be where it is missing',
    (name) => {
      expect(refusalOf({ [name]: '' })).toMatch(new RegExp(`^${name} is not set: it must be \\w+`));
    },
  );

  it('names every variable that is wrong, not only the first', () => {
    const message = refusalOf({ LAZARET_PORT: 'x', REDIS_URL: 'http://127.0.0.1' });
    expect(message.split('\n')).toHaveLength(2);
  });

  it('says which variable is missing', () => {
    expect(refusalOf({ DATABASE_URL: '' })).toContain('DATABASE_URL is not set');
  });

  it('never shows a secret', () => {
    const message = refusalOf({
      LAZARET_URL_SIGNING_KEY: 'hunter2',
      DATABASE_URL: 'http://u:hunter2@h/',
      REDIS_URL: 'redis+sentinel://u:hunter2@h',
    });
    expect(message).toContain('REDIS_URL is set to a value (not shown)');
    expect(message).toContain('LAZARET_URL_SIGNING_KEY');
    expect(message).not.toContain('hunter2');
  });

  it('takes no development issuer into production', () => {
    expect(refusalOf({ LAZARET_PROFILE: 'production' })).toContain('OIDC_ISSUER');
    const config = loadConfig({
      ...given,
      LAZARET_PROFILE: 'production',
      OIDC_ISSUER: 'https://id.example.org',
      LAZARET_RECEIPT_KEY_FILE: '/etc/lazaret/receipts.json',
    });
    expect(config.auth.developmentIssuer).toBeNull();
  });

  it.each([
    'http://id.example.org',
    'http://localhost.example.org',
    'http://127.0.0.1.nip.io',
    'http://10.0.0.1',
  ])('lets nobody on the way to %s forge tokens in production', (issuer) => {
    const message = refusalOf({ LAZARET_PROFILE: 'production', OIDC_ISSUER: issuer });
    expect(message).toContain(`OIDC_ISSUER is "${issuer}": it must be an https URL`);
    expect(loadConfig({ ...given, OIDC_ISSUER: issuer }).auth.issuer).toBe(issuer);
  });

  it.each(['http://localhost:8080/realms/a', 'http://127.0.0.2', 'http://[::1]:8080'])(
    'takes an issuer at %s, which nothing leaves the machine for',
    (issuer) => {
      const production = { LAZARET_PROFILE: 'production', LAZARET_RECEIPT_KEY_FILE: '/keys/receipts.json' };
      expect(loadConfig({ ...given, ...production, OIDC_ISSUER: issuer }).auth.issuer).toBe(issuer);
    },
  );

  it.each(['0.0.0.0', '192.0.2.1', '::'])(
    'has the development issuer also where it listens on %s',
    (host) => {
      expect(loadConfig({ ...given, LAZARET_HOST: host }).auth.developmentIssuer).not.toBeNull();
    },
  );

  it('makes no key of receipts in production, and none where a file was named', () => {
    const production = { LAZARET_PROFILE: 'production', OIDC_ISSUER: 'https://id.example.org' };
    expect(refusalOf(production)).toContain('LAZARET_RECEIPT_KEY_FILE is not set');
    const named = loadConfig({ ...given, LAZARET_RECEIPT_KEY_FILE: '/keys/receipts.json' });
    expect(named.receiptKeys).toEqual({ file: '/keys/receipts.json', mayCreate: false });
    expect(loadConfig(given).receiptKeys.mayCreate).toBe(true);
  });

  it('wants the keys of an S3 store together with its address', () => {
    expect(refusalOf({ S3_ENDPOINT: 'http://127.0.0.1:9000' })).toContain('S3_ACCESS_KEY');
  });

  it('lets an S3 store remove nothing by itself that a session or a dead letter still wants', () => {
    const s3 = { S3_ENDPOINT: 'http://127.0.0.1:9000', S3_ACCESS_KEY: 'a', S3_SECRET_KEY: 'b' };
    expect(loadConfig({ ...given, ...s3 }).store).toMatchObject({ kind: 's3', leftoverDays: 60 });
    expect(refusalOf({ ...s3, LAZARET_DEAD_LETTER_DAYS: '59' })).toContain('S3_LEFTOVER_DAYS');
    expect(refusalOf({ ...s3, S3_LEFTOVER_DAYS: '2' })).toContain('S3_LEFTOVER_DAYS');
    const longer = { S3_LEFTOVER_DAYS: '61', LAZARET_DEAD_LETTER_DAYS: '59' };
    expect(loadConfig({ ...given, ...s3, ...longer }).store).toMatchObject({ leftoverDays: 61 });
  });

  it.each(['S3_ACCESS_KEY', 'S3_SECRET_KEY', 'S3_PUBLIC_ENDPOINT', 'S3_INGEST_PRINCIPAL'])(
    'keeps no bytes on a local disk where %s speaks of a store that is not named',
    (name) => {
      const message = refusalOf({ [name]: name === 'S3_PUBLIC_ENDPOINT' ? 'http://s3' : 'arn:aws:x' });
      expect(message).toContain('S3_ENDPOINT is not set');
      expect(message).toContain(name);
    },
  );

  it('takes no path of a store, which would not be used', () => {
    const keys = { S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'secret' };
    expect(refusalOf({ ...keys, S3_ENDPOINT: 'https://gate.example/s3' })).toContain('S3_ENDPOINT must not');
    expect(loadConfig({ ...given, ...keys, S3_ENDPOINT: 'https://s3.example' }).store.kind).toBe('s3');
  });

  it('cuts files into segments that the configured clamd takes', async () => {
    const readme = await readFile(path.resolve(import.meta.dirname, '../../../README.md'), 'utf8');
    const [, mebibytes] = /^StreamMaxLength (\d+)M/m.exec(readme) ?? [];
    const segments = segmentsOf(5 * 1024 ** 3, loadConfig(given).clamd.maxStreamBytes);
    const longest = Math.max(...segments.map(({ start, end }) => end - start));
    expect(longest).toBe(Number(mebibytes) * 1024 ** 2);
  });

  it('stands in the README with every variable and its default', async () => {
    const readme = await readFile(path.resolve(import.meta.dirname, '../../../README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| `([A-Z0-9_]+)` +\| +(?:`([^`]*)` *)?\|/gmu)];
    const documented = Object.fromEntries(
      rows.map(([, name = '', byDefault = '']) => [name, byDefault] as const),
    );
    const settings: Record<string, string | number | string[] | undefined> = environmentSchema.parse(given);
    const defaults = Object.entries(settings).map(([name, value]) => [
      name,
      name in given ? '' : (value?.toString() ?? ''),
    ]);
    const unset = Object.keys(environmentSchema.shape).map((name) => [name, '']);
    const expected = Object.fromEntries<string>([...unset, ...defaults] as [string, string][]);
    expect(documented).toEqual(expected);
  });
});
