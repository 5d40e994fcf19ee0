import { createCipheriv, createHash, type CipherGCM, type Hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Order, SharedSlots } from './messages.js';

/** The other side of `threaded-digester`: reads what it is shown, one order after the other. */
interface Body {
  readonly whole: Hash;
  part?: OpenPart;
}

/** The same as `createPartMac`; a thread that runs from its source cannot import it. */
interface OpenPart {
  readonly key: Uint8Array;
  readonly cipher: CipherGCM;
}

const { memory, slotBytes } = workerData as SharedSlots;
const bodies = new Map<number, Body>();
const NONCE = Buffer.alloc(12);

const answer = (message: Answer): void => parentPort?.postMessage(message);

function obey(order: Order): void {
  if (order.kind === 'begin') {
    bodies.set(order.body, { whole: createHash('sha256') });
    return;
  }
  const body = bodies.get(order.body);
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
}

function macOf({ key, cipher }: OpenPart): string {
  cipher.final();
  return Buffer.concat([key, cipher.getAuthTag()]).toString('hex');
}

parentPort?.on('message', obey);
