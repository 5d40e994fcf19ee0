import {
  getNamedType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { LIMITS } from './limits.js';
import { hasOwnTransaction } from './own-transaction.js';
import { countOfInput, pageSize } from './page-size.js';

/** How large an operation is, with every fragment counted each time it is spread. */
export interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly fields: number;
  readonly duplicates: number;
  readonly cost: number;
  readonly ownTransactions: number;
}

/** `undefined` below what the schema does not know and validation refuses, and below `__schema`. */
type Type = GraphQLNamedType | null | undefined;
type Field = GraphQLField<unknown, unknown> | undefined;

const NOTHING: Size = {
  ...{ depth: 0, aliases: 0, directives: 0, fields: 0, duplicates: 0 },
  ...{ cost: 0, ownTransactions: 0 },
};

/**
 * Measures an operation in one walk: a fragment is walked once and its size reused, so that nested spreads
 * cannot make the walk long, however large they are. A fragment that spreads itself counts as nothing
 * there: validation refuses it anyway.
 *
 * Introspection may be deep and wide, as tools ask it. Its aliases count: the same field under many names, on
 * level after level, is all that makes it explode.
 */
export function measure(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Size {
  const fragments = fragmentsOf(document);
  const measured = new Map<string, Size>();

  const ofFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, NOTHING);
    const fragment = fragments.get(name);
    const size = fragment ? plus(ofTyped(fragment), directivesOf(fragment)) : NOTHING;
    measured.set(name, size);
    return size;
  };
  const ofTyped = (
    { typeCondition, selectionSet }: FragmentDefinitionNode | InlineFragmentNode,
    type?: Type,
  ) => ofSet(selectionSet, typeCondition ? schema.getType(typeCondition.name.value) : type);
  const ofSet = (set: SelectionSetNode | undefined, type: Type): Size => {
    const start = { ...NOTHING, duplicates: set ? repeatsIn(set) : 0 };
    return (set?.selections ?? []).map((node) => ofSelection(node, type)).reduce(plus, start);
  };
  const ofSelection = (node: SelectionNode, type: Type): Size => {
    const own = directivesOf(node);
    if (node.kind === Kind.FRAGMENT_SPREAD) return plus(ofFragment(node.name.value), own);
    if (node.kind === Kind.INLINE_FRAGMENT) return deeper(plus(ofTyped(node, type), own));
    const field = isObjectType(type) ? type.getFields()[node.name.value] : undefined;
    return plus(ofField(node, field, ofSet(node.selectionSet, field && getNamedType(field.type))), own);
  };
  return plus(
    ofSet(operation.selectionSet, schema.getRootType(operation.operation)),
    directivesOf(operation),
  );
}

const fragmentsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    definitions
      .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );

function ofField(node: FieldNode, field: Field, below: Size): Size {
  const size = { ...below, aliases: below.aliases + (node.alias ? 1 : 0) };
  if (node.name.value === '__schema') return { ...size, depth: 0, fields: 0, cost: 0 };
  const hasOwn = field !== undefined && hasOwnTransaction(field);
  const objects = pageSize(node, field);
  return {
    ...size,
    depth: below.depth + 1,
    fields: below.fields + 1,
    cost: (hasOwn ? LIMITS.transactionCost : 1) + below.cost * objects,
    ownTransactions: (hasOwn ? 1 : 0) + below.ownTransactions * objects * countOfInput(node, field),
  };
}

const plus = (a: Size, b: Size): Size => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  directives: a.directives + b.directives,
  fields: a.fields + b.fields,
  duplicates: a.duplicates + b.duplicates,
  cost: a.cost + b.cost,
  ownTransactions: a.ownTransactions + b.ownTransactions,
});

const deeper = (size: Size): Size => ({ ...size, depth: size.depth + 1 });

const directivesOf = (node: { readonly directives?: readonly unknown[] | undefined }): Size => ({
  ...NOTHING,
  directives: node.directives?.length ?? 0,
});

function repeatsIn({ selections }: SelectionSetNode): number {
  const keys = selections.map((node) =>
    node.kind === Kind.FIELD
      ? (node.alias ?? node.name).value
      : `...${node.kind === Kind.FRAGMENT_SPREAD ? node.name.value : ''}`,
  );
  return keys.length - new Set(keys).size;
}
