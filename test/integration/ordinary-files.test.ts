import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decide } from '../../src/domain/decide.js';
import { FIRST_RULES } from '../../src/domain/policy.js';
import type { StructureReport } from '../../src/domain/verdict.js';
import type { RunningAnalyser } from '../../src/ports/structure-analyser.js';
import { ordinaryFiles } from '../support/analyser/ordinary/all.js';
import type { Sample } from '../support/analyser/ordinary/sample.js';
import { startAnalyser } from '../support/make-analyser.js';
import { makeFile } from '../support/make-file.js';

const CHUNK_BYTES = 64 * 1024;
let analyser: RunningAnalyser;
beforeAll(async () => {
  analyser = await startAnalyser();
});
afterAll(() => analyser.close());

async function analysed({ name, declaredType, bytes }: Sample): Promise<StructureReport> {
  const session = await analyser.begin({ name, declaredType, sizeBytes: bytes.length });
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    await session.write(bytes.subarray(at, at + CHUNK_BYTES));
  }
  return session.finish();
}

/** What is decided over a file that the scanner has nothing against, where no policy says otherwise. */
function decided({ name, declaredType, bytes }: Sample, structure: StructureReport): string {
  const file = makeFile({ name, declaredType, sizeBytes: bytes.length, declaredSha256: null });
  const evidence = {
    reply: { kind: 'ok' },
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    detectedType: null,
    definitionsVersion: '1',
    structure,
  } as const;
  const { outcome, findings } = decide(file, evidence, FIRST_RULES);
  return outcome === 'CLEAN' ? outcome : `${outcome} ${JSON.stringify(findings)}`;
}

it('ordinary files become CLEAN, as their senders declare them, by what the sandbox reports', async () => {
  const others: string[] = [];
  for (const each of await ordinaryFiles()) {
    const outcome = decided(each, await analysed(each));
    if (outcome !== 'CLEAN') others.push(`${each.name} (${each.declaredType ?? '-'}): ${outcome}`);
  }
  expect(others).toEqual([]);
});
