import type { RepositoryFile, Violation } from './source-tree.js';

const KEBAB = /^[a-z0-9]+(?:[-.][a-z0-9]+)*\.(?:ts|mjs|js)$/;
const VAGUE = /^(?:utils?|helpers?|common|misc|manager|index)\b/;

/** Files are named in kebab-case after what they hold. */
export const checkNames = (files: readonly RepositoryFile[]): Violation[] =>
  files
    .filter(({ path }) => /\.(?:[cm]?[jt]s)$/.test(path))
    .flatMap(({ path }) => {
      const name = path.split('/').at(-1) ?? '';
      if (!KEBAB.test(name)) return [{ path, line: 1, message: 'is not in kebab-case: rename it.' }];
      return VAGUE.test(name)
        ? [{ path, line: 1, message: 'has a name that says nothing: name its main export.' }]
        : [];
    });

// Written so that this file does not break its own rules.
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [
    /(?<![\w.-])\/(?:hom[e]|User[s])\/[a-z]/,
    'names a home directory: use a path relative to the repository.',
  ],
  [/(?<![\w.-])\/wor[k]\/[a-z.]/, 'names a directory of one machine: use a path relative to the repository.'],
  [/"resolved": "htt[p]/, 'binds the lockfile to a registry: install with the options of .npmrc.'],
  [/^\s*registr[y]\s*=/, 'binds everybody to a registry: leave it to the user.'],
];

/** The repository holds nothing of the machine that it was written on. */
export const checkForeignWords = (files: readonly RepositoryFile[]): Violation[] =>
  files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((content, index) =>
      FOREIGN.filter(([word]) => word.test(content)).map(([, message]) => ({
        path,
        line: index + 1,
        message,
      })),
    ),
  );
