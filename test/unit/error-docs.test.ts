import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/domain/errors.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(ROOT, 'docs/errors.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\| *`[A-Z_]+`/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

describe('docs/errors.md', () => {
  it('has every code of the table in its order, with status, category and retryable, and no other', () => {
    const documented = rows.map(([, code, status, category, retryable]) => [
      code,
      status,
      category,
      retryable,
    ]);
    const known = Object.entries(ERRORS).map(([code, { httpStatus, category, retryable }]) => [
      code,
      String(httpStatus),
      category,
      retryable ? 'yes' : 'no',
    ]);
    expect(documented).toEqual(known);
  });

  it('says of every code what the system does and what the caller should do', () => {
    for (const [, code, , , , system = '', caller = ''] of rows) {
      expect(system.length, code).toBeGreaterThan(10);
      expect(caller.length, code).toBeGreaterThan(10);
    }
  });

  it('has every more precise status that is answered, with a code of the table, and no other', () => {
    const precise = page
      .split('\n')
      .filter((line) => /^\| *\d{3} /.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
    expect(Object.keys(ERRORS)).toEqual(expect.arrayContaining(precise.map(([, , code]) => code)));
    expect([...new Set(precise.map(([, status]) => status))]).toEqual(preciseStatuses());
  });
});

/** Seen in logs and metrics alone: the client is gone. */
const CLIENT_CLOSED_REQUEST = '499';

/** Statuses of refusals in the code of the HTTP edge, but for those that a code has anyway. */
function preciseStatuses(): string[] {
  const known = new Set([
    CLIENT_CLOSED_REQUEST,
    ...Object.values(ERRORS).map((row) => String(row.httpStatus)),
  ]);
  // A code has this one for a type that a file must not have; here it is said of bodies.
  known.delete('415');
  const found = readdirSync(path.join(ROOT, 'src/http'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(ROOT, 'src/http', name), 'utf8'))
    .flatMap((text) => text.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '').match(/(?<![\w.])[45]\d\d(?!\w)/g) ?? []);
  return [...new Set(found)].filter((status) => !known.has(status)).sort();
}
