import { describe, expect, it } from 'vitest';
import { checkBanned } from '../support/tidy/banned.js';
import { checkDocumentation, checkSuppressions } from '../support/tidy/comments.js';
import { checkCycles } from '../support/tidy/cycles.js';
import { checkDeadExports } from '../support/tidy/dead-exports.js';
import { checkLayers } from '../support/tidy/layers.js';
import { checkForeignWords, checkNames } from '../support/tidy/names.js';
import { checkSizes } from '../support/tidy/sizes.js';
import { parseSources, show, type RepositoryFile, type SourceFile } from '../support/tidy/source-tree.js';

type Tree = Readonly<Record<string, string>>;

const files = (tree: Tree): RepositoryFile[] => Object.entries(tree).map(([path, text]) => ({ path, text }));
const sources = (tree: Tree): SourceFile[] => parseSources(files(tree));
/** Joins what must not stand in this file in one piece. */
const word = (...pieces: readonly string[]): string => pieces.join('');
const lines = (count: number): string => Array.from({ length: count }, (_, i) => `f(${i});`).join('\n');

describe('the layer rule', () => {
  const judge = (tree: Tree): string[] => show(checkLayers(sources(tree)));

  it.each([
    ['src/domain/a.ts', "import { b } from '../ports/b.js';"],
    ['src/domain/a.ts', "import fs from 'node:fs';"],
    ['src/ports/a.ts', "import type { B } from '../usecases/b.js';"],
    ['src/usecases/a.ts', "import { b } from '../adapters/redis/b.js';"],
    ['src/usecases/a.ts', "import type { FastifyRequest } from 'fastify';"],
    ['src/adapters/redis/a.ts', "import { b } from '../postgres/b.js';"],
    ['src/adapters/redis/a.ts', "import { b } from '../s3/b.js';"],
    ['src/adapters/redis/a.ts', "import { b } from '../../../db/b.js';"],
    ['src/graphql/a.ts', "import { b } from '../ports/b.js';"],
    ['src/graphql/a.ts', "import { b } from '../http/b.js';"],
    ['src/main.ts', "const b = await import('../workers/b.js');"],
    ['src/compose.ts', "import { b } from './http/b.js';"],
    ['workers/a.ts', "import { b } from '../src/http/b.js';"],
    ['workers/a.ts', "export { b } from '../src/graphql/b.js';"],
    ['db/a.ts', "type B = import('../src/domain/b.js').B;"],
    ['cli/a.ts', "import { b } from '../src/domain/b.js';"],
    ['client/src/a.ts', "import { b } from '../../src/domain/b.js';"],
    ['examples/plain/a.ts', "import { b } from '../../cli/b.js';"],
    ['launch/a.ts', "import { b } from '../src/usecases/b.js';"],
    ['test/acceptance/a.test.ts', "import { b } from '../../src/domain/b.js';"],
    ['lib/a.ts', ''],
  ])('refuses in %s: %s', (path, text) => {
    expect(judge({ [path]: text })).toEqual([expect.stringMatching(new RegExp(`^${path}:1 `))]);
  });

  it.each([
    ['src/usecases/a.ts', "import { b } from '../domain/b.js';"],
    ['src/adapters/postgres/a.ts', "import { b } from '../../../db/b.js';"],
    ['src/adapters/s3/a.ts', "import { b } from './b.js';"],
    ['src/graphql/a.ts', "import type { B } from '../ports/b.js';"],
    ['src/http/a.ts', "import { type B } from '../ports/b.js';"],
    ['workers/main.ts', "import { b } from '../src/compose.js';"],
    ['cli/a.ts', "import { b } from '../client/src/b.js';"],
    ['examples/plain/a.ts', "import { b } from '../../client/src/b.js';"],
  ])('accepts in %s: %s', (path, text) => {
    expect(judge({ [path]: text })).toEqual([]);
  });
});

describe('the cycle rule', () => {
  it('names the way around', () => {
    const tree = {
      'src/a.ts': "import { b } from './b.js';",
      'src/b.ts': "\nimport type { C } from './c.js';",
      'src/c.ts': "import { a } from './a.js';",
    };
    expect(show(checkCycles(sources(tree)))).toEqual([
      expect.stringContaining('src/c.ts:1 closes the cycle src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts'),
    ]);
  });

  it('leaves a diamond alone', () => {
    const tree = {
      'src/a.ts': "import './b.js'; import './c.js';",
      'src/b.ts': "import './d.js';",
      'src/c.ts': "import './d.js';",
      'src/d.ts': '',
    };
    expect(checkCycles(sources(tree))).toEqual([]);
  });
});

describe('the size rule', () => {
  const judge = (tree: Tree): string[] => show(checkSizes(sources(tree)));

  it('refuses files that are too long', () => {
    expect(judge({ 'src/a.ts': lines(201) })).toEqual([
      expect.stringContaining('src/a.ts:201 has 201 lines'),
    ]);
    expect(judge({ 'test/a.test.ts': lines(301) })).toHaveLength(1);
    expect(judge({ 'src/a.ts': lines(200), 'test/a.test.ts': lines(300) })).toEqual([]);
  });

  it('refuses functions that are too long, comments and blank lines aside', () => {
    const tooLong = `\nconst f = () => {\n${lines(39)}\n};`;
    expect(judge({ 'src/a.ts': tooLong })).toEqual([
      expect.stringContaining('src/a.ts:2 function of 41 lines'),
    ]);
    expect(judge({ 'src/a.ts': `const f = () => {\n\n// why\n/* why\n so */\n${lines(38)}\n};` })).toEqual(
      [],
    );
    expect(judge({ 'test/a.test.ts': tooLong })).toEqual([]);
  });
});

describe('the rule of banned calls', () => {
  it.each([
    ['src/usecases/a.ts', 'const at = Date.now();'],
    ['src/http/a.ts', 'const at = new Date();'],
    ['workers/a.ts', 'const at = new Date;'],
    ['test/unit/a.test.ts', 'const chance = Math.random();'],
    ['src/http/a.ts', 'const { PATH } = process.env;'],
    ['src/observability/a.ts', 'console.log(1);'],
    ['src/usecases/a.ts', 'await new Promise((r) => setTimeout(r, 10));'],
    ['src/graphql/a.ts', 'process.exit(1);'],
    ['src/domain/a.ts', "export * from './b.js';"],
    ['test/unit/a.test.ts', "it.only('a', f);"],
    ['test/unit/a.test.ts', "describe.skip('a', f);"],
    ['test/unit/a.test.ts', "it.skipIf(condition)('a', f);"],
  ])('refuses in %s: %s', (path, text) => {
    expect(show(checkBanned(sources({ [path]: text })))).toEqual([
      expect.stringMatching(new RegExp(`^${path}:1 `)),
    ]);
  });

  it.each([
    ['src/adapters/system/a.ts', 'const at = new Date();'],
    ['src/usecases/a.ts', 'const at = new Date(instant); row.skip(1);'],
    ['src/config/a.ts', 'process.env;'],
    ['cli/a.ts', "console.log('a');"],
  ])('accepts in %s: %s', (path, text) => {
    expect(checkBanned(sources({ [path]: text }))).toEqual([]);
  });
});

describe('the rule of dead exports', () => {
  const judge = (tree: Tree): string[] => show(checkDeadExports(sources(tree)));

  it.each(['const a = 1;', 'function a() {}', 'class a {}', 'type a = 1;', 'const { a } = b;', 'enum a {}'])(
    'refuses export %s when nobody imports it',
    (statement) => {
      expect(judge({ 'src/a.ts': `export ${statement}` })).toEqual([
        expect.stringContaining('src/a.ts:1 exports a, which nobody imports'),
      ]);
    },
  );

  it('accepts what is imported by name, as a whole, or spoken of by its own file', () => {
    expect(
      judge({
        'src/a.ts':
          'export const a = 1;\nexport interface Deps { b: 1 }\nexport const c = (deps: Deps) => deps;',
        'src/b.ts': "import { a as x, c } from './a.js';",
        'src/c.ts': 'export const d = 1;',
        'src/d.ts': "import * as all from './c.js';",
      }),
    ).toEqual([]);
  });
});

describe('the rules of comments', () => {
  it('asks TSDoc of every export of the product', () => {
    const tree = {
      'src/a.ts': '/** A. */\nexport const a = 1;\n// B\nexport const b = 1;',
      'test/a.ts': 'export const c = 1;',
    };
    expect(show(checkDocumentation(sources(tree)))).toEqual([
      expect.stringContaining('src/a.ts:4 exports b without'),
    ]);
  });

  it('wants a reason for silence and no promises', () => {
    const directive = word('oxlint-', 'disable-next-line no-console');
    const promise = word('TO', 'DO');
    const tree = {
      'a.ts': `// ${word('@ts-', 'ignore')}\n// ${directive}\n// ${directive} -- the one place\n// ${promise} later`,
      'b.md': `${promise} is a word here`,
    };
    expect(show(checkSuppressions(files(tree)))).toEqual([
      expect.stringContaining('a.ts:1 switches the compiler off'),
      expect.stringContaining('a.ts:2 silences a tool without a reason'),
      expect.stringContaining('a.ts:4 promises work'),
    ]);
  });
});

describe('the rules of names and words', () => {
  it.each([
    'src/fileStore.ts',
    'src/File.ts',
    'src/a_b.ts',
    'src/utils.ts',
    'src/helpers.ts',
    'src/index.ts',
  ])('refuses the file name %s', (path) => {
    expect(checkNames(files({ [path]: '' }))).toHaveLength(1);
  });

  it('accepts kebab-case, with or without a role', () => {
    expect(
      checkNames(files({ 'workers/inspect-file.worker.ts': '', 'vitest.config.ts': '', 'README.md': '' })),
    ).toEqual([]);
  });

  it('refuses paths of one machine and hosts of one registry', () => {
    const tree = {
      'README.md': `see ${word('/ho', 'me/ann')}/x\nand ${word('/wo', 'rk/main')}`,
      'package-lock.json': `"resolved": "${word('http', 's')}://registry.example/a.tgz"`,
      '.npmrc': `${word('regis', 'try')}=https://registry.example`,
      'a.ts': "get('/files/home/x', 'https://example.org/files');",
    };
    expect(checkForeignWords(files(tree)).map(({ path, line }) => `${path}:${line}`)).toEqual([
      'README.md:1',
      'README.md:2',
      'package-lock.json:1',
      '.npmrc:1',
    ]);
  });
});
