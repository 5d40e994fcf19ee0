import { describe, expect, it } from 'vitest';
import { defaultActionOf } from '../../../src/domain/finding-codes.js';
import { analyse } from '../../support/analyser/analyse.js';
import { HOSTILE } from '../../support/hostile/corpus.js';

const SMALL_BYTES = 64 * 1024;

describe('what must not become CLEAN', () => {
  it.each(HOSTILE)('$what is found', async ({ name, make, code, path }) => {
    const bytes = make();
    const { findings } = await analyse(bytes, name);
    const found = findings.find((finding) => finding.code === code);
    expect(found, JSON.stringify(findings)).toMatchObject(path === undefined ? { code } : { code, path });
    expect(defaultActionOf(code)).not.toBe('ALLOW');
  });

  it.each(HOSTILE)('$what is found however its bytes come', async ({ name, make, code }) => {
    const bytes = make();
    if (bytes.length > SMALL_BYTES) return;
    for (const chunkBytes of [1, 7, 1_000]) {
      const { findings } = await analyse(bytes, name, { chunkBytes });
      expect(findings.map((finding) => finding.code)).toContain(code);
    }
  });
});
