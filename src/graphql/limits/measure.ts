import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { DEFAULT_SAGAS, MAX_PAGE_SIZE } from './limits.js';

/** How large an operation is, with every fragment counted each time it is spread. */
export interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly fields: number;
  readonly duplicates: number;
  readonly cost: number;
}

const NOTHING: Size = { depth: 0, aliases: 0, directives: 0, fields: 0, duplicates: 0, cost: 0 };

/**
 * Measures an operation in one walk: a fragment is walked once and its size reused, so that nested spreads
 * cannot make the walk long, however large they are. A fragment that spreads itself counts as nothing
 * there: validation refuses it anyway.
 *
 * Introspection may be deep and wide, as tools ask it. Its aliases count: the same field under many names, on
 * level after level, is all that makes it explode.
 */
export function measure(document: DocumentNode, operation: OperationDefinitionNode): Size {
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const measured = new Map<string, Size>();

  const ofFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, NOTHING);
    const fragment = fragments.get(name);
    const size = fragment ? plus(ofSet(fragment.selectionSet), directivesOf(fragment)) : NOTHING;
    measured.set(name, size);
    return size;
  };
  const ofSet = (set: SelectionSetNode | undefined): Size =>
    set ? set.selections.map(ofSelection).reduce(plus, { ...NOTHING, duplicates: repeatsIn(set) }) : NOTHING;
  const ofSelection = (node: SelectionNode): Size => {
    const own = directivesOf(node);
    if (node.kind === Kind.FRAGMENT_SPREAD) return plus(ofFragment(node.name.value), own);
    if (node.kind === Kind.INLINE_FRAGMENT) return deeper(plus(ofSet(node.selectionSet), own));
    const below = ofSet(node.selectionSet);
    const size = { ...plus(below, own), aliases: below.aliases + (node.alias ? 1 : 0) };
    if (node.name.value === '__schema') return { ...size, depth: 0, fields: 0, cost: 0 };
    return {
      ...size,
      depth: below.depth + 1,
      fields: below.fields + 1,
      cost: 1 + below.cost * pageSize(node),
    };
  };
  return plus(ofSet(operation.selectionSet), directivesOf(operation));
}

const plus = (a: Size, b: Size): Size => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  directives: a.directives + b.directives,
  fields: a.fields + b.fields,
  duplicates: a.duplicates + b.duplicates,
  cost: a.cost + b.cost,
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

/** Of lists where nobody says how long they shall be. */
const DEFAULT_SIZES: ReadonlyMap<string, number> = new Map([
  ['files', 50],
  ['saga', DEFAULT_SAGAS],
]);

/** A page whose size comes in a variable counts as the largest. */
function pageSize(node: FieldNode): number {
  const size = node.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last');
  if (!size) return DEFAULT_SIZES.get(node.name.value) ?? 1;
  if (size.value.kind !== Kind.INT) return MAX_PAGE_SIZE;
  return Math.min(MAX_PAGE_SIZE, Math.max(1, Number(size.value.value)));
}
