import ts from 'typescript';
import { exportsOf } from './exports.js';
import { lineOf, type RepositoryFile, type SourceFile, type Violation } from './source-tree.js';

const DOCUMENTED = /^(?:src|workers|db|launch|cli|client)\//;

/** Every export outside the tests says in TSDoc what it is for. */
export const checkDocumentation = (files: readonly SourceFile[]): Violation[] =>
  files
    .filter((file) => DOCUMENTED.test(file.path))
    .flatMap((file) =>
      exportsOf(file)
        .filter(({ statement }) => ts.getJSDocCommentsAndTags(statement).length === 0)
        .map(({ name, statement }) => ({
          path: file.path,
          line: lineOf(file, statement),
          message: `exports ${name} without TSDoc: say what it is for, its units and its errors.`,
        })),
    );

// Written so that this file does not break its own rules.
const SUPPRESSION = /@ts-(?:ign[o]re|nochec[k])/;
const UNREASONED = /@ts-expect-erro[r]|oxlin[t]-disable/;
const OPEN_END = /\b(?:TOD[O]|FIXM[E])\b/;

/** Nobody silences a tool without a reason, and no comment promises work. */
export const checkSuppressions = (files: readonly RepositoryFile[]): Violation[] =>
  files
    .filter(({ path }) => /\.[cm]?[jt]s$/.test(path))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((content, index) => {
        const message = judge(content);
        return message === undefined ? [] : [{ path, line: index + 1, message }];
      }),
    );

function judge(line: string): string | undefined {
  if (SUPPRESSION.test(line)) return 'switches the compiler off: mend the type instead.';
  if (UNREASONED.test(line) && !/ -- \S/.test(line)) {
    return 'silences a tool without a reason: add " -- why".';
  }
  return OPEN_END.test(line) ? 'promises work: do it, or leave it to the tracker.' : undefined;
}
