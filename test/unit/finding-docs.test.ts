import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FINDINGS } from '../../src/domain/finding-codes.js';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/findings.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\| *`[A-Z_]+`/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

describe('docs/findings.md', () => {
  it('has every code of the table in its order, with severity, action and meaning, and no other', () => {
    const documented = rows.map(([, code, severity, action, meaning]) => [code, severity, action, meaning]);
    const known = Object.entries(FINDINGS).map(([code, { severity, action, meaning }]) => [
      code,
      severity,
      action,
      meaning,
    ]);
    expect(documented).toEqual(known);
  });

  it('says of every code what to do about it', () => {
    for (const [, code, , , , advice = ''] of rows) expect(advice.length, code).toBeGreaterThan(10);
  });
});
