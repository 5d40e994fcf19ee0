import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type ASTVisitor,
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
};

function sizeRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const size = measure(context.getDocument(), operation);
      for (const [what, name] of Object.entries(NAMES) as [keyof Size, string][]) {
        if (size[what] <= LIMITS[what]) continue;
        const message = `The operation is too large: at most ${String(LIMITS[what])} ${name} are accepted.`;
        context.reportError(new GraphQLError(message, { nodes: operation }));
      }
      return undefined;
    },
  };
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
