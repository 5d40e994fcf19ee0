import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { actionOf, FIRST_RULES } from '../../../src/domain/policy.js';
import { analyse } from '../../support/analyser/analyse.js';
import { ordinaryFiles } from '../../support/analyser/ordinary/all.js';
import type { Sample } from '../../support/analyser/ordinary/sample.js';

/** What would not let a file become CLEAN where no policy says otherwise. */
async function alarmsOf({ name, bytes }: Sample): Promise<readonly string[]> {
  const { findings } = await analyse(bytes, name, { declaredType: 'application/octet-stream' });
  return findings
    .filter(({ code }) => actionOf(FIRST_RULES, code) !== 'ALLOW')
    .map(({ code, detail, path: place }) => `${name}: ${code} ${detail ?? ''} at ${place ?? '-'}`);
}

describe('ordinary files', () => {
  let samples: readonly Sample[] = [];
  beforeAll(async () => {
    samples = await ordinaryFiles();
  }, 60_000);

  it('are more than two hundred, of more than forty kinds', () => {
    const kinds = new Set(samples.map(({ name }) => path.extname(name)));
    expect(samples.length).toBeGreaterThan(200);
    expect(kinds.size).toBeGreaterThan(40);
  });

  it('give no alarm where their type is not declared', async () => {
    const alarms: string[] = [];
    for (const each of samples) alarms.push(...(await alarmsOf(each)));
    expect(alarms).toEqual([]);
  });
});
