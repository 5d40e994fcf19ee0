import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type ASTVisitor,
  type DocumentNode,
  type OperationDefinitionNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { LIMITS, MAX_PAGE_SIZE } from './limits.js';
import { measure, type Size } from './measure.js';

/**
 * The rules that every transport adds to those of the GraphQL specification.
 *
 * @param isProduction - whether the schema is nobody's business
 */
export const createValidationRules = (isProduction: boolean): readonly ValidationRule[] => [
  sizeRule,
  pageSizeRule,
  ...(isProduction ? [NoSchemaIntrospectionCustomRule] : []),
];

const NAMES: Readonly<Record<keyof Size, string>> = {
  depth: 'levels of fields',
  aliases: 'aliases',
  directives: 'directives',
  fields: 'fields',
  duplicates: 'repeated fields',
  cost: 'fields to resolve',
  ownTransactions: 'fields with a transaction of their own',
};

function sizeRule(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
      const tooLarge = operations.flatMap((operation) => excesses(context, document, operation));
      for (const error of tooLarge) context.reportError(error);
      // Taking the document away ends the walk of all rules, some of which take long over what is too large.
      return tooLarge.length > 0 ? null : undefined;
    },
  };
}

function excesses(
  context: ValidationContext,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): GraphQLError[] {
  const size = measure(context.getSchema(), document, operation);
  return (Object.entries(NAMES) as [keyof Size, string][])
    .filter(([what]) => size[what] > LIMITS[what])
    .map(([what, name]) => {
      const message = `The operation is too large: at most ${String(LIMITS[what])} ${name} are accepted.`;
      return new GraphQLError(message, { nodes: operation });
    });
}

/** A page size that stands in the document is refused before anything runs; the use-case checks variables. */
function pageSizeRule(context: ValidationContext): ASTVisitor {
  return {
    Argument(node) {
      if (node.name.value !== 'first' || node.value.kind !== Kind.INT) return;
      const size = Number(node.value.value);
      if (size >= 1 && size <= MAX_PAGE_SIZE) return;
      const message = `A page has 1 to ${String(MAX_PAGE_SIZE)} files.`;
      context.reportError(new GraphQLError(message, { nodes: node, extensions: { field: 'first' } }));
    },
  };
}
