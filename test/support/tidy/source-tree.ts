import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** One file of the repository, as the rules see it. */
export interface RepositoryFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** One TypeScript file with its syntax tree. */
export interface SourceFile extends RepositoryFile {
  readonly tree: ts.SourceFile;
}

/** Something to put right. */
export interface Violation {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** What to do instead. */
  readonly message: string;
}

const FOREIGN = new Set(['node_modules', 'dist', 'coverage', 'bench-results', 'generated']);
const HIDDEN_BUT_OURS = new Set(['.ci', '.github', '.npmrc', '.editorconfig', '.gitignore']);
const TEXT = /\.(?:[cm]?[jt]s|tsx|json|md|graphql|ya?ml|sh|sql|html|css|tpl|txt)$|(?:^|\/)[^./]+$|^\.[^/]+/;

/** Reads every text file of the repository below a directory; what git ignores is not of the repository. */
export function readRepository(root: string, below = ''): RepositoryFile[] {
  return readdirSync(path.join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const here = path.posix.join(below, entry.name);
    const isForeign =
      FOREIGN.has(entry.name) || (entry.name.startsWith('.') && !HIDDEN_BUT_OURS.has(entry.name));
    if (isForeign) return [];
    if (entry.isDirectory()) return readRepository(root, here);
    return entry.isFile() && TEXT.test(here)
      ? [{ path: here, text: readFileSync(path.join(root, here), 'utf8') }]
      : [];
  });
}

/** Parses the TypeScript among the files. */
export const parseSources = (files: readonly RepositoryFile[]): SourceFile[] =>
  files
    .filter((file) => /\.tsx?$/.test(file.path))
    .map((file) => ({
      ...file,
      tree: ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, /* setParentNodes */ true),
    }));

/** The line of a node, counted from 1. */
export const lineOf = (file: SourceFile, node: ts.Node): number =>
  file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line + 1;

/** Calls the visitor for every node of the tree, parents first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** Shows violations as an editor understands them: `file:line what to do instead`. */
export const show = (violations: readonly Violation[]): string[] =>
  violations.map(({ path: file, line, message }) => `${file}:${line} ${message}`);
