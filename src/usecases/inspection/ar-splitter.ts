import { AR_HEADER_BYTES, AR_MAGIC, AR_PADDING, parseArHeader } from '../../domain/ar-header.js';

/** Bytes of one member of an archive. */
export interface ArPiece {
  readonly bytes: Uint8Array;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Tells the members of an archive of `ar` apart as its bytes pass, and holds no more than one header. */
export interface ArSplitter {
  /** What of the next bytes is content of members; nothing where they are of no such archive. */
  split(chunk: Uint8Array): readonly ArPiece[];
  /** Whether what has passed was told apart to its end, or is no such archive. */
  isWhole(): boolean;
}

interface State {
  next: 'magic' | 'header' | 'name' | 'content' | 'padding' | 'nothing' | 'garbage';
  held: string;
  /** Of the name or the content that is passing. */
  leftBytes: number;
  contentBytes: number;
  isFirst: boolean;
  isPadded: boolean;
  readonly pieces: ArPiece[];
}

/** Begins at the first byte of a file. */
export function createArSplitter(): ArSplitter {
  const state: State = {
    next: 'magic',
    held: '',
    leftBytes: 0,
    contentBytes: 0,
    isFirst: true,
    isPadded: false,
    pieces: [],
  };
  return {
    split(chunk) {
      for (let rest = chunk; rest.length > 0;) rest = rest.subarray(STEPS[state.next](state, rest));
      return state.pieces.splice(0);
    },
    isWhole() {
      const isBetween = state.next === 'header' && state.held.length <= 1;
      return isBetween || ['magic', 'padding', 'nothing'].includes(state.next);
    },
  };
}

/** Each takes what it can of the next bytes, and says how many that was. */
const STEPS: Readonly<Record<State['next'], (state: State, chunk: Uint8Array) => number>> = {
  magic(state, chunk) {
    const taken = hold(state, chunk, AR_MAGIC.length);
    if (!AR_MAGIC.startsWith(state.held)) state.next = 'nothing';
    else if (state.held.length === AR_MAGIC.length) beginHeader(state);
    return taken;
  },
  header(state, chunk) {
    const taken = hold(state, chunk, AR_HEADER_BYTES);
    if (state.held.length === AR_HEADER_BYTES) readHeader(state);
    return taken;
  },
  name(state, chunk) {
    const taken = pass(state, chunk);
    if (state.leftBytes === 0) beginContent(state);
    return taken;
  },
  content(state, chunk) {
    const taken = pass(state, chunk);
    const isLast = state.leftBytes === 0;
    state.pieces.push({ bytes: chunk.subarray(0, taken), isFirst: state.isFirst, isLast });
    state.isFirst = false;
    if (isLast) endMember(state);
    return taken;
  },
  padding(state, chunk) {
    if (chunk[0] === AR_PADDING.charCodeAt(0)) beginHeader(state);
    else state.next = 'garbage';
    return 1;
  },
  nothing: (_state, chunk) => chunk.length,
  garbage: (_state, chunk) => chunk.length,
};

function hold(state: State, chunk: Uint8Array, bytes: number): number {
  const taken = chunk.subarray(0, bytes - state.held.length);
  state.held += Buffer.from(taken).toString('latin1');
  return taken.length;
}

function pass(state: State, chunk: Uint8Array): number {
  const taken = Math.min(state.leftBytes, chunk.length);
  state.leftBytes -= taken;
  return taken;
}

function beginHeader(state: State): void {
  state.next = 'header';
  state.held = '';
}

function readHeader(state: State): void {
  const header = parseArHeader(state.held);
  if (!header) {
    state.next = 'garbage';
    return;
  }
  const { nameBytes, contentBytes, isPadded } = header;
  Object.assign(state, { contentBytes, isPadded, leftBytes: nameBytes });
  if (nameBytes > 0) state.next = 'name';
  else beginContent(state);
}

function beginContent(state: State): void {
  state.leftBytes = state.contentBytes;
  state.isFirst = true;
  state.next = 'content';
  if (state.contentBytes === 0) endMember(state);
}

function endMember(state: State): void {
  if (state.isPadded) state.next = 'padding';
  else beginHeader(state);
}
