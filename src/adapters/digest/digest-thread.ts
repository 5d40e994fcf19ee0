import { createCipheriv, createHash, randomBytes, type CipherGCM, type Hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Order, SharedSlots } from './messages.js';

/** The other side of `threaded-digester`: reads what it is shown, one order after the other. */
interface Body {
  readonly whole: Hash;
  readonly blocks: Blocks | undefined;
  part?: OpenPart;
}

/** The same as `createPartMac`; a thread that runs from its source cannot import it. */
interface OpenPart {
  readonly key: Uint8Array;
  readonly cipher: CipherGCM;
}

/** Their MACs are the same as `macOfBlock` makes; a thread that runs from its source cannot import it. */
interface Blocks {
  readonly blockBytes: number;
  readonly key: Buffer;
  /** Of the blocks that have passed. */
  readonly macs: Buffer[];
  open?: { readonly cipher: CipherGCM; missingBytes: number };
}

const { memory, slotBytes } = workerData as SharedSlots;
const bodies = new Map<number, Body>();
const NONCE = Buffer.alloc(12);
const INDEX_OFFSET = 8;
const KEY_BYTES = 16;

const answer = (message: Answer): void => parentPort?.postMessage(message);

function obey(order: Order): void {
  if (order.kind === 'begin') {
    bodies.set(order.body, { whole: createHash('sha256'), blocks: beginBlocks(order.blockBytes) });
  } else {
    serve(bodies.get(order.body), order);
  }
}

function serve(body: Body | undefined, order: Exclude<Order, { kind: 'begin' }>): void {
  if (order.kind === 'bytes') {
    take(body, new Uint8Array(memory, order.slot * slotBytes, order.length));
    answer({ kind: 'free', slot: order.slot });
  } else if (order.kind === 'shared') {
    take(body, order.bytes);
    answer({ kind: 'read' });
  } else if (order.kind === 'part') {
    const { key } = order;
    if (body) body.part = { key, cipher: createCipheriv('aes-128-gcm', key, NONCE) };
  } else if (order.kind === 'endPart') {
    if (body?.part) answer({ kind: 'digest', body: order.body, digest: macOf(body.part) });
    delete body?.part;
  } else if (order.kind === 'endBlocks') {
    answer({ kind: 'digest', body: order.body, digest: macsOf(body?.blocks) });
  } else {
    bodies.delete(order.body);
    if (order.kind === 'finish' && body) {
      answer({ kind: 'digest', body: order.body, digest: body.whole.digest('hex') });
    }
  }
}

function take(body: Body | undefined, bytes: Uint8Array): void {
  body?.whole.update(bytes);
  body?.part?.cipher.setAAD(bytes);
  if (body?.blocks) takeBlocks(body.blocks, bytes);
}

function macOf({ key, cipher }: OpenPart): string {
  cipher.final();
  return Buffer.concat([key, cipher.getAuthTag()]).toString('hex');
}

const beginBlocks = (blockBytes: number | undefined): Blocks | undefined =>
  blockBytes === undefined ? undefined : { blockBytes, key: randomBytes(KEY_BYTES), macs: [] };

function takeBlocks(blocks: Blocks, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) {
    const open = (blocks.open ??= openBlock(blocks));
    const piece = rest.subarray(0, open.missingBytes);
    open.cipher.setAAD(piece);
    open.missingBytes -= piece.length;
    rest = rest.subarray(piece.length);
    if (open.missingBytes === 0) closeBlock(blocks);
  }
}

function openBlock({ key, macs, blockBytes }: Blocks): NonNullable<Blocks['open']> {
  const nonce = Buffer.from(NONCE);
  nonce.writeUInt32BE(macs.length, INDEX_OFFSET);
  return { cipher: createCipheriv('aes-128-gcm', key, nonce), missingBytes: blockBytes };
}

function closeBlock(blocks: Blocks): void {
  blocks.open?.cipher.final();
  if (blocks.open) blocks.macs.push(blocks.open.cipher.getAuthTag());
  delete blocks.open;
}

function macsOf(blocks: Blocks | undefined): string {
  if (!blocks) return '';
  closeBlock(blocks);
  return Buffer.concat([blocks.key, ...blocks.macs]).toString('hex');
}

parentPort?.on('message', obey);
