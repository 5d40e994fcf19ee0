import { DirectiveLocation, GraphQLDirective, type FieldDefinitionNode } from 'graphql';
import { LIMITS } from './limits.js';

const NAME = 'ownTransaction';

/**
 * Marks a field below the root whose resolver reads the database, which happens once more for every object. Whoever adds such
 * a field gives it `@Directive(OWN_TRANSACTION)`; a test finds those that have it not.
 */
export const ownTransactionDirective = new GraphQLDirective({
  name: NAME,
  description: `Takes a transaction of its own for every object: counts as ${String(LIMITS.transactionCost)} fields in the cost of an operation, which runs ${String(LIMITS.transactions)} of them at a time.`,
  locations: [DirectiveLocation.FIELD_DEFINITION],
});

/** The text of the use of the directive. */
export const OWN_TRANSACTION = `@${NAME}`;

/** Whether a field is marked. */
export const hasOwnTransaction = (field: {
  readonly astNode?: FieldDefinitionNode | null | undefined;
}): boolean => field.astNode?.directives?.some(({ name }) => name.value === NAME) ?? false;
