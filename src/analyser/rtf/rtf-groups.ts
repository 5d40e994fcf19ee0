import { LimitError } from '../budget.js';
import { report, type Context, type Place } from '../context.js';
import { createHexBytes, type HexBytes } from './hex-bytes.js';
import { characterOf, checkDestination, checkWord, type TextDestination } from './rtf-destinations.js';
import type { RtfListener } from './rtf-tokens.js';

/** Follows the groups of RTF. */
export interface RtfGroups extends RtfListener {
  /** Closes what was left open. */
  closeAll(): void;
  /** Objects that are complete, each once; `null` for one that is too large. */
  takeObjects(): readonly (Buffer | null)[];
  /** Whether something else than blanks follows the end of the first group. */
  hasTrailingData(): boolean;
}

type Destination = 'other' | 'objdata' | TextDestination;

interface State {
  readonly place: Place;
  readonly context: Context;
  readonly hex: HexBytes;
  /** What the groups round this one are for. */
  readonly outer: Destination[];
  current: Destination;
  text: string;
  /** Characters that follow one in Unicode for programs that do not know it, and how many of them are left. */
  substitutes: number;
  substitutesLeft: number;
  objects: (Buffer | null)[];
  isOver: boolean;
  isTrailed: boolean;
}

const TEXTS: ReadonlySet<string> = new Set<TextDestination>(['objclass', 'fldinst', 'template']);
const MOST_DEPTH = 10_000;
const MOST_TEXT_CHARACTERS = 4_096;

/** Begins in front of the first group. */
export function createRtfGroups(place: Place, context: Context): RtfGroups {
  const hex = createHexBytes();
  const state: State = {
    ...{ place, context, hex, outer: [], current: 'other', text: '', substitutes: 1 },
    ...{ substitutesLeft: 0, objects: [], isOver: false, isTrailed: false },
  };
  return {
    open: () => open(state),
    close: () => close(state),
    word: (name, value) => hearWord(state, name, value),
    text: (characters) => hearText(state, characters),
    bytes(bytes) {
      if (state.current === 'objdata') hex.bytes(bytes);
    },
    closeAll() {
      while (state.outer.length > 0) close(state);
    },
    takeObjects() {
      const taken = state.objects;
      state.objects = [];
      return taken;
    },
    hasTrailingData: () => state.isTrailed,
  };
}

function open(state: State): void {
  if (state.outer.length >= MOST_DEPTH) {
    throw new LimitError('ANALYSIS_LIMIT', 'Groups lie too deep in each other.');
  }
  if (state.current === 'objdata') state.hex.disturb();
  state.outer.push(state.current);
}

function close(state: State): void {
  const outer = state.outer.pop() ?? 'other';
  if (state.current !== outer) conclude(state);
  state.current = outer;
  state.isOver ||= state.outer.length === 0;
}

function conclude(state: State): void {
  const { place, context, hex, current, text } = state;
  if (current === 'objdata') {
    context.budget.member();
    state.objects.push(hex.end());
    if (hex.isOdd()) report(context, place, 'DOCUMENT_UNREADABLE', 'An object is written to deceive.');
  } else if (current !== 'other') checkDestination(current, text, place, context);
  state.text = '';
}

function hearWord(state: State, name: string, value: number | undefined): void {
  if (state.current === 'objdata') {
    // An honest program writes digits and nothing between them.
    if (name !== 'bin' || (value ?? 0) > 0xffff_ffff) state.hex.disturb();
  } else if (name === 'objdata') {
    conclude(state);
    state.current = 'objdata';
    state.hex.begin();
  } else if (TEXTS.has(name)) {
    conclude(state);
    state.current = name as TextDestination;
  } else {
    checkWord(name, state.place, state.context);
    if (name === 'uc') state.substitutes = Math.max(0, value ?? 1);
    if (name === "'" && state.substitutesLeft > 0) state.substitutesLeft -= 1;
    else addText(state, characterOf(name, value));
    if (name === 'u') state.substitutesLeft = state.substitutes;
  }
}

function hearText(state: State, characters: string): void {
  if (state.isOver && state.outer.length === 0 && /[^\s\0]/.test(characters)) state.isTrailed = true;
  if (state.current === 'objdata') state.hex.text(characters);
  else if (state.current !== 'other') {
    addText(state, characters.slice(state.substitutesLeft));
    state.substitutesLeft = Math.max(0, state.substitutesLeft - characters.length);
  }
}

function addText(state: State, characters: string): void {
  const room = MOST_TEXT_CHARACTERS - state.text.length;
  if (state.current !== 'other' && room > 0) state.text += characters.slice(0, room);
}
