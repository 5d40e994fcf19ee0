import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { actionOf, FIRST_RULES } from '../../../src/domain/policy.js';
import { analyse } from '../../support/analyser/analyse.js';
import { archives } from '../../support/analyser/ordinary/archives.js';
import { data } from '../../support/analyser/ordinary/data.js';
import { documents } from '../../support/analyser/ordinary/documents.js';
import { found } from '../../support/analyser/ordinary/found.js';
import { images } from '../../support/analyser/ordinary/images.js';
import { media } from '../../support/analyser/ordinary/media.js';
import { office } from '../../support/analyser/ordinary/office.js';
import type { Sample } from '../../support/analyser/ordinary/sample.js';
import { texts } from '../../support/analyser/ordinary/texts.js';

const root = path.resolve(import.meta.dirname, '../../../node_modules');

/** What would not let a file become CLEAN where no policy says otherwise. */
async function alarmsOf({ name, declaredType, bytes }: Sample): Promise<readonly string[]> {
  const options = declaredType === null ? {} : { declaredType };
  const { findings } = await analyse(bytes, name, options);
  return findings
    .filter(({ code }) => actionOf(FIRST_RULES, code) !== 'ALLOW')
    .map(
      ({ code, detail, path: place }) =>
        `${name} (${declaredType ?? '-'}): ${code} ${detail ?? ''} at ${place ?? '-'}`,
    );
}

describe('ordinary files', () => {
  let samples: readonly Sample[] = [];
  beforeAll(async () => {
    const packed = [...(await archives()), ...(await office())];
    samples = [...texts(), ...images(), ...media(), ...data(), ...documents(), ...packed, ...found(root)];
  });

  it('are more than two hundred, of more than forty kinds', () => {
    const kinds = new Set(samples.map(({ name }) => path.extname(name)));
    expect(samples.length).toBeGreaterThan(200);
    expect(kinds.size).toBeGreaterThan(40);
  });

  it('give no alarm', async () => {
    const alarms: string[] = [];
    for (const each of samples) alarms.push(...(await alarmsOf(each)));
    expect(alarms).toEqual([]);
  });

  it('give no alarm where their declared type is not known', async () => {
    const alarms: string[] = [];
    for (const each of samples) {
      alarms.push(...(await alarmsOf({ ...each, declaredType: 'application/octet-stream' })));
    }
    expect(alarms).toEqual([]);
  });
});
