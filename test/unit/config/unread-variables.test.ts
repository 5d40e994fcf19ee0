import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../../../src/config/environment.js';
import { unreadVariables, warnOfUnreadVariables } from '../../../src/config/unread-variables.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const set = (...names: string[]): NodeJS.ProcessEnv => Object.fromEntries(names.map((name) => [name, 'x']));

describe('a variable that nothing reads', () => {
  it.each([
    ['LAZARET_PROT', 'LAZARET_PORT'],
    ['lazaret_port', 'LAZARET_PORT'],
    ['LAZARETPORT', 'LAZARET_PORT'],
    ['LAZARET_SCAN_CONCURENCY', 'LAZARET_SCAN_CONCURRENCY'],
    ['LAZARET_ALLOWED_ORIGIN', 'LAZARET_ALLOWED_ORIGINS'],
    ['LAZARET_SESSION_TTL_MS', 'LAZARET_SESSION_TTL_SECONDS'],
    ['LAZARET_RECIEPT_KEY_FILE', 'LAZARET_RECEIPT_KEY_FILE'],
    ['LAZARET_TOKN', 'LAZARET_TOKEN'],
  ])('%s is named, with %s as what was meant', (name, meant) => {
    expect(warnOfUnreadVariables(set(name))).toEqual([
      `${name} is set, but nothing reads it: is ${meant} meant?`,
    ]);
  });

  it('is named alone where it is like no other', () => {
    expect(warnOfUnreadVariables(set('LAZARET_QUUXIFY'))).toEqual([
      'LAZARET_QUUXIFY is set, but nothing reads it.',
    ]);
  });

  it('is told of without its value', () => {
    const warnings = warnOfUnreadVariables({ LAZARET_URL_SIGNIN_KEY: 'c0ffee' });
    expect(warnings.join()).not.toContain('c0ffee');
  });

  it('is none of another product, and none that this one reads anywhere', () => {
    expect(unreadVariables(set('PATH', 'S3_ENDPONT', 'OTEL_SERVICE_NAME'))).toEqual([]);
    const read = [...Object.keys(environmentSchema.shape), ...namesIn(), ...namesInTests()];
    expect(read).toEqual(
      expect.arrayContaining([
        'LAZARET_URL',
        'LAZARET_CRASH_SEED',
        'LAZARET_FUZZ_RUNS',
        'LAZARET_SLOW_ROUNDS',
      ]),
    );
    expect(unreadVariables(set(...read))).toEqual([]);
  });
});

/** Every name in what ships. */
const namesIn = (): string[] =>
  ['bench', 'cli', 'db', 'launch', 'src', 'workers'].flatMap((directory) =>
    namesOf(directory, /\bLAZARET_[A-Z]\w+/g),
  );

/** What tests ask the environment for; they also have names that are wrong on purpose. */
const namesInTests = (): string[] => namesOf('test', /(?<=process\.env\[')LAZARET_\w+/g);

const namesOf = (directory: string, pattern: RegExp): string[] =>
  readdirSync(path.join(ROOT, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .flatMap((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8').match(pattern) ?? []);
