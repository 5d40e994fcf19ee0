import ts from 'typescript';
import { lineOf, walk, type SourceFile, type Violation } from './source-tree.js';

const MAX_FILE_LINES = 200;
const MAX_TEST_LINES = 300;
const MAX_FUNCTION_LINES = 40;

// Tables are lists of columns and policies, not steps.
const isTable = (path: string): boolean => path.startsWith('db/schema/');
const isTest = (path: string): boolean => path.startsWith('test/');

/** A file is one idea, a function does one thing. */
export const checkSizes = (files: readonly SourceFile[]): Violation[] =>
  files.flatMap((file) => [
    ...checkFile(file),
    ...(isTest(file.path) || isTable(file.path) ? [] : checkFunctions(file)),
  ]);

function checkFile(file: SourceFile): Violation[] {
  const lines = file.text.trimEnd().split('\n').length;
  const limit = isTest(file.path) ? MAX_TEST_LINES : MAX_FILE_LINES;
  if (lines <= limit) return [];
  const message = `has ${lines} lines, the most is ${limit}: split it by what its parts are about.`;
  return [{ path: file.path, line: limit + 1, message }];
}

function checkFunctions(file: SourceFile): Violation[] {
  const found: Violation[] = [];
  walk(file.tree, (node) => {
    if (!ts.isFunctionLike(node) || ts.isFunctionTypeNode(node)) return;
    const lines = countCode(node.getText(file.tree));
    if (lines <= MAX_FUNCTION_LINES) return;
    const message = `function of ${lines} lines, the most is ${MAX_FUNCTION_LINES}: give its steps names of their own.`;
    found.push({ path: file.path, line: lineOf(file, node), message });
  });
  return found;
}

const COMMENTS = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;

const countCode = (text: string): number =>
  text
    .replace(COMMENTS, '')
    .split('\n')
    .filter((line) => line.trim() !== '').length;
