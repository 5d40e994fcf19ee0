import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/domain/errors.js';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8');
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
});
