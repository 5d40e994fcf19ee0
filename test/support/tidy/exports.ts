import ts from 'typescript';
import type { SourceFile } from './source-tree.js';

/** One name that a file exports. */
export interface Export {
  readonly name: string;
  /** Whether it exists for the compiler alone. */
  readonly isType: boolean;
  /** The whole statement, where its TSDoc stands. */
  readonly statement: ts.Statement;
}

/** All that a file exports, without re-exports. */
export const exportsOf = (file: SourceFile): Export[] =>
  file.tree.statements.flatMap((statement): Export[] => {
    if (!ts.canHaveModifiers(statement) || !isExported(statement)) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap((declaration) =>
        bindingNames(declaration.name).map((name) => ({ name, isType: false, statement })),
      );
    }
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    return [{ name: declaredName(statement), isType, statement }];
  });

const has = (statement: ts.HasModifiers, kind: ts.SyntaxKind): boolean =>
  ts.getModifiers(statement)?.some((modifier) => modifier.kind === kind) ?? false;

const isExported = (statement: ts.HasModifiers): boolean => has(statement, ts.SyntaxKind.ExportKeyword);

function declaredName(statement: ts.Statement & ts.HasModifiers): string {
  if (has(statement, ts.SyntaxKind.DefaultKeyword)) return 'default';
  const { name } = statement as { name?: ts.Identifier };
  return name?.text ?? 'default';
}

function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? bindingNames(element.name) : []));
}
