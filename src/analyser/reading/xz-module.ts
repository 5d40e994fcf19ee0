import xzDecompress from 'xz-decompress';
import { LimitError, type Budget } from '../budget.js';

/** How a step of the decoder ends. @see xz.h of XZ Embedded, `enum xz_ret` */
export const XZ = { ok: 0, end: 1, noMemory: 3, dictionaryTooLong: 4, unknownOptions: 6 } as const;

/** One decoder of streams of xz. It knows dictionaries of up to 64 MiB, which is what `xz -9` makes. */
export interface XzDecoder {
  /** Most that it takes at once. */
  readonly inputBytes: number;
  /** Hands it the next bytes; none where there are no more. */
  supply(bytes: Uint8Array): void;
  /** Goes on, and takes out what that gave; hungry where all that was supplied has been used. */
  run(): { readonly status: number; readonly bytes: Buffer; readonly isHungry: boolean };
  /** To be called once, however it ended. */
  giveBack(): void;
}

/** What the module of xz-decompress exports. Its context begins with these seven numbers. */
interface XzModule {
  readonly memory: { readonly buffer: ArrayBuffer };
  create_context(): number;
  destroy_context(context: number): void;
  supply_input(context: number, bytes: number): void;
  get_next_output(context: number): number;
}
const FIELD = { bufferBytes: 0, input: 1, inputAt: 2, inputBytes: 3, output: 4, outputAt: 5 } as const;
const FIELDS = 7;

/** The one class of the package, with the two members that its types do not tell of. */
interface XzPackage {
  readonly XzReadableStream: {
    _moduleInstance?: { readonly exports: unknown };
    _getModuleInstance(): Promise<void>;
  };
}

/** So many streams of xz may be open within each other: each may hold a dictionary. */
const MOST_OPEN = 3;

interface Shelf {
  readonly idle: XzModule[];
  open: number;
}
const shelves = new WeakMap<Budget, Shelf>();

/**
 * Lends a decoder for one stream. The package has a stream of its own, which is not used: it locks all others out until
 * it has ended, so that an xz within an xz would wait for ever. Each of ours has a module, and so a memory, of its own,
 * which the file that is analysed uses again and again.
 *
 * @throws LimitError where too many are open
 */
export async function borrowXz(budget: Budget): Promise<XzDecoder> {
  const shelf = shelves.get(budget) ?? { idle: [], open: 0 };
  shelves.set(budget, shelf);
  if (shelf.open >= MOST_OPEN) {
    throw new LimitError('ARCHIVE_TOO_DEEP', `There are more than ${MOST_OPEN} xz within each other.`);
  }
  shelf.open += 1;
  const module = shelf.idle.pop() ?? (await instantiate());
  return toDecoder(module, () => {
    shelf.open -= 1;
    shelf.idle.push(module);
  });
}

async function instantiate(): Promise<XzModule> {
  const { XzReadableStream } = xzDecompress as unknown as XzPackage;
  await XzReadableStream._getModuleInstance();
  const instance = XzReadableStream._moduleInstance;
  delete XzReadableStream._moduleInstance;
  if (!instance) throw new Error('There is no decoder of xz');
  return instance.exports as XzModule;
}

function toDecoder(module: XzModule, onBack: () => void): XzDecoder {
  const context = module.create_context();
  // The memory is another one whenever it has grown.
  const fields = (): Uint32Array => new Uint32Array(module.memory.buffer, context, FIELDS);
  const read = (field: number): number => fields()[field] ?? 0;
  const inputBytes = read(FIELD.bufferBytes);
  return {
    inputBytes,
    supply(bytes) {
      new Uint8Array(module.memory.buffer, read(FIELD.input), inputBytes).set(bytes);
      module.supply_input(context, bytes.length);
    },
    run() {
      const status = module.get_next_output(context);
      const bytes = Buffer.from(
        new Uint8Array(module.memory.buffer, read(FIELD.output), read(FIELD.outputAt)),
      );
      fields()[FIELD.outputAt] = 0;
      return { status, bytes, isHungry: read(FIELD.inputAt) === read(FIELD.inputBytes) };
    },
    giveBack() {
      module.destroy_context(context);
      onBack();
    },
  };
}
