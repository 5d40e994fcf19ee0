import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkBanned } from './support/tidy/banned.js';
import { checkDocumentation, checkSuppressions } from './support/tidy/comments.js';
import { checkCycles } from './support/tidy/cycles.js';
import { checkDeadExports } from './support/tidy/dead-exports.js';
import { checkLayers } from './support/tidy/layers.js';
import { checkForeignWords, checkNames } from './support/tidy/names.js';
import { checkSizes } from './support/tidy/sizes.js';
import { parseSources, readRepository, show } from './support/tidy/source-tree.js';

const repository = readRepository(path.join(import.meta.dirname, '..'));
const sources = parseSources(repository);

describe('the repository', () => {
  it('is seen by these rules', () => {
    expect(sources.map((file) => file.path)).toContain('src/domain/transition.ts');
    expect(repository.map((file) => file.path)).toContain('package-lock.json');
  });

  it('imports in the directions of the layer table alone', () => {
    expect(show(checkLayers(sources))).toEqual([]);
  });

  it('has no import cycles', () => {
    expect(show(checkCycles(sources))).toEqual([]);
  });

  it('keeps files and functions small', () => {
    expect(show(checkSizes(sources))).toEqual([]);
  });

  it('asks ports for time, chance, environment and waiting', () => {
    expect(show(checkBanned(sources))).toEqual([]);
  });

  it('exports nothing that nobody imports', () => {
    expect(show(checkDeadExports(sources))).toEqual([]);
  });

  it('documents every export', () => {
    expect(show(checkDocumentation(sources))).toEqual([]);
  });

  it('silences no tool without a reason and promises no work', () => {
    expect(show(checkSuppressions(repository))).toEqual([]);
  });

  it('names files in kebab-case after what they hold', () => {
    expect(show(checkNames(repository))).toEqual([]);
  });

  it('holds nothing of the machine that it was written on', () => {
    expect(show(checkForeignWords(repository))).toEqual([]);
  });
});
