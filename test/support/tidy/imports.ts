import path from 'node:path';
import ts from 'typescript';
import { lineOf, walk, type SourceFile } from './source-tree.js';

/** One edge of the import graph. */
export interface Import {
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** Path in the repository, `undefined` for packages. */
  readonly target: string | undefined;
  /** What is taken from the target; `*` for all of it. */
  readonly names: readonly string[];
  /** Whether the import is gone after compilation. */
  readonly isTypeOnly: boolean;
}

/** All static and dynamic imports and re-exports of a file. */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  walk(file.tree, (node) => {
    const edge = readEdge(node);
    if (edge === undefined) return;
    const { specifier, ...rest } = edge;
    found.push({ line: lineOf(file, node), specifier, target: resolve(file.path, specifier), ...rest });
  });
  return found;
}

type Edge = Pick<Import, 'specifier' | 'names' | 'isTypeOnly'>;

function readEdge(node: ts.Node): Edge | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, ...readClause(node.importClause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, names: readExports(node), isTypeOnly: node.isTypeOnly };
  }
  if (
    ts.isImportTypeNode(node) &&
    ts.isLiteralTypeNode(node.argument) &&
    ts.isStringLiteral(node.argument.literal)
  ) {
    return { specifier: node.argument.literal.text, names: ['*'], isTypeOnly: true };
  }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined;
  const [argument] = node.arguments;
  const isLiteral = argument !== undefined && ts.isStringLiteral(argument);
  return isLiteral ? { specifier: argument.text, names: ['*'], isTypeOnly: false } : undefined;
}

function readClause(clause: ts.ImportClause | undefined): Pick<Edge, 'names' | 'isTypeOnly'> {
  if (clause === undefined) return { names: [], isTypeOnly: false };
  const isTypeOnly = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
  const byDefault = clause.name ? ['default'] : [];
  const bindings = clause.namedBindings;
  if (bindings === undefined) return { names: byDefault, isTypeOnly };
  if (ts.isNamespaceImport(bindings)) return { names: ['*'], isTypeOnly };
  const names = bindings.elements.map((element) => (element.propertyName ?? element.name).text);
  const areTypes = bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
  return { names: [...byDefault, ...names], isTypeOnly: isTypeOnly || areTypes };
}

function readExports(node: ts.ExportDeclaration): string[] {
  if (node.exportClause === undefined || !ts.isNamedExports(node.exportClause)) return ['*'];
  return node.exportClause.elements.map((element) => (element.propertyName ?? element.name).text);
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}
