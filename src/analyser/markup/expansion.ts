import { LimitError } from '../budget.js';
import type { Entity } from './doctype.js';

/** What entities become when they are expanded, without expanding them. */
export interface Expansion {
  /** Characters that an entity becomes; `Infinity` when it holds itself. */
  sizeOf(name: string): number;
  /** The beginning of what it becomes: enough to see what it does. Throws {@link LimitError} for too many references. */
  beginningOf(name: string): string;
}

const REFERENCE = /&([^\s;&#]{1,200});|%([^\s;%"']{1,200});/g;
const MOST_BEGINNING_CHARACTERS = 64 * 1024;
const MOST_DEPTH = 32;
const MOST_STEPS = 10_000;
/** For all entities of a document together: references that are followed, and characters that are looked through for them. */
const MOST_STEPS_TOGETHER = 1_000_000;
const MOST_CHARACTERS_TOGETHER = 32 * 1024 * 1024;

/** Prepares for the entities of one document. */
export function createExpansion(entities: readonly Entity[]): Expansion {
  const byName = new Map(entities.map((entity) => [entity.name, entity]));
  const sizes = new Map<string, number>();
  const order = namesInOrder(byName);
  for (const name of order.names) {
    const value = byName.get(name)?.value ?? '';
    let size = value.length;
    for (const reference of referencesOf(value)) size += sizes.get(reference) ?? 0;
    sizes.set(name, size);
  }
  for (const name of order.circular) sizes.set(name, Infinity);
  let [steps, characters] = [0, 0];
  return {
    sizeOf: (name) => sizes.get(name) ?? 0,
    beginningOf(name) {
      const beginning = beginningOf(name, byName, order.circular);
      steps += beginning.steps;
      characters += beginning.characters;
      if (steps <= MOST_STEPS_TOGETHER && characters <= MOST_CHARACTERS_TOGETHER) return beginning.text;
      throw new LimitError('ANALYSIS_LIMIT', 'The entities of a document refer to too many others.');
    },
  };
}

function* referencesOf(value: string): Generator<string, undefined> {
  for (const [, general, parameter] of value.matchAll(REFERENCE)) yield general ?? `%${parameter ?? ''}`;
}

/** Every name behind those that it refers to, by a walk without recursion; and the names that come back to themselves. */
function namesInOrder(byName: ReadonlyMap<string, Entity>): {
  readonly names: readonly string[];
  readonly circular: ReadonlySet<string>;
} {
  const names: string[] = [];
  const circular = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();
  for (const first of byName.keys()) {
    const pending = [first];
    for (let name = pending.at(-1); name !== undefined; name = pending.at(-1)) {
      const known = state.get(name);
      if (known === undefined) state.set(name, 'open');
      const inner = known === undefined ? new Set(referencesOf(byName.get(name)?.value ?? '')) : [];
      for (const other of inner) {
        if (state.get(other) === 'open') circular.add(name).add(other);
        else if (byName.has(other) && !state.has(other)) pending.push(other);
      }
      if (pending.at(-1) !== name) continue;
      pending.pop();
      if (state.get(name) === 'open') names.push(name);
      state.set(name, 'done');
    }
  }
  return { names, circular };
}

/** Expands until there is enough, or until it was looked up often enough: what stands for nothing costs as well. */
function beginningOf(
  first: string,
  byName: ReadonlyMap<string, Entity>,
  circular: ReadonlySet<string>,
): { readonly text: string; readonly steps: number; readonly characters: number } {
  let text = '';
  let [steps, characters] = [0, 0];
  const append = (name: string, depthLeft: number): void => {
    const value = circular.has(name) ? '' : (byName.get(name)?.value ?? '');
    characters += value.length;
    let at = 0;
    for (const { 0: whole, 1: general, index } of value.matchAll(REFERENCE)) {
      steps += 1;
      if (text.length >= MOST_BEGINNING_CHARACTERS || steps > MOST_STEPS) return;
      text += value.slice(at, index);
      at = index + whole.length;
      if (general !== undefined && byName.has(general) && depthLeft > 0) append(general, depthLeft - 1);
      else text += whole;
    }
    text = (text + value.slice(at)).slice(0, MOST_BEGINNING_CHARACTERS);
  };
  append(first, MOST_DEPTH);
  return { text, steps, characters };
}
