import ts from 'typescript';
import { exportsOf } from './exports.js';
import { importsOf } from './imports.js';
import { lineOf, walk, type SourceFile, type Violation } from './source-tree.js';

/** Exports that a tool or a library finds by itself. */
const FOUND_BY_TOOLS = /^(?:[^/]+\.config\.ts|codegen\.ts|db\/schema\/[^/]+\.ts)$/;
/** What the client library gives to those who install it. */
const PUBLISHED = /^client\/src\/(?:browser|node|react)\.ts#/;
/** The entry of each command, which launch/bootstrap.mjs calls by its name. */
const ENTRY = /^(?:launch|cli|bench)\/[^/]+\.ts#run$/;

/**
 * Whatever is exported is imported somewhere. A type may also be exported because another export of the
 * same file speaks of it.
 */
export function checkDeadExports(files: readonly SourceFile[]): Violation[] {
  const used = new Set(
    files.flatMap((file) =>
      importsOf(file).flatMap(({ target, names }) => names.map((name) => `${target ?? ''}#${name}`)),
    ),
  );
  const isUsed = (path: string, name: string): boolean =>
    [path, path.replace(/\.tsx$/, '.ts')].some(
      (file) => used.has(`${file}#${name}`) || used.has(`${file}#*`),
    );
  return files
    .filter((file) => !FOUND_BY_TOOLS.test(file.path))
    .flatMap((file) =>
      exportsOf(file)
        .filter(
          ({ name, isType }) =>
            !ENTRY.test(`${file.path}#${name}`) &&
            !PUBLISHED.test(`${file.path}#${name}`) &&
            !isUsed(file.path, name) &&
            !(isType && isMentioned(file, name)),
        )
        .map(({ name, statement }) => ({
          path: file.path,
          line: lineOf(file, statement),
          message: `exports ${name}, which nobody imports: remove it, or the word "export".`,
        })),
    );
}

function isMentioned(file: SourceFile, name: string): boolean {
  let mentions = 0;
  walk(file.tree, (node) => {
    if (ts.isIdentifier(node) && node.text === name) mentions += 1;
  });
  return mentions > 1;
}
