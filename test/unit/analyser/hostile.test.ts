import { describe, expect, it } from 'vitest';
import { defaultActionOf } from '../../../src/domain/finding-codes.js';
import { analyse } from '../../support/analyser/analyse.js';
import { HOSTILE } from '../../support/hostile/corpus.js';

const SMALL_BYTES = 64 * 1024;

describe('what must not become CLEAN', () => {
  it.each(HOSTILE)('$what is found, however its bytes come', async ({ name, make, code, path }) => {
    const bytes = make();
    expect(defaultActionOf(code)).not.toBe('ALLOW');
    for (const chunkBytes of bytes.length > SMALL_BYTES ? [64 * 1024] : [64 * 1024, 1_000, 7, 1]) {
      const { findings } = await analyse(bytes, name, { chunkBytes });
      const found = findings.find((finding) => finding.code === code);
      expect(found, JSON.stringify(findings)).toMatchObject(path === undefined ? { code } : { code, path });
    }
  });
});
