import { createHash, type Hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Order, SharedSlots } from './messages.js';

/** The other side of `threaded-digester`: hashes what lies in the slots, one order after the other. */
interface Body {
  readonly whole: Hash;
  piece: Hash | undefined;
}

const { memory, slotBytes } = workerData as SharedSlots;
const bodies = new Map<number, Body>();

const answer = (message: Answer): void => parentPort?.postMessage(message);

function obey(order: Order): void {
  if (order.kind === 'begin') {
    const piece = order.isDivided ? createHash('sha256') : undefined;
    bodies.set(order.body, { whole: createHash('sha256'), piece });
    return;
  }
  const body = bodies.get(order.body);
  if (order.kind === 'bytes') {
    const bytes = new Uint8Array(memory, order.slot * slotBytes, order.length);
    body?.whole.update(bytes);
    body?.piece?.update(bytes);
    answer({ kind: 'free', slot: order.slot });
    return;
  }
  if (order.kind === 'cut' && body?.piece) {
    answer({ kind: 'digest', body: order.body, digest: body.piece.digest('hex') });
    body.piece = createHash('sha256');
    return;
  }
  bodies.delete(order.body);
  if (order.kind === 'finish' && body) {
    answer({ kind: 'digest', body: order.body, digest: body.whole.digest('hex') });
  }
}

parentPort?.on('message', obey);
