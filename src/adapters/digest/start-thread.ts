import { Worker } from 'node:worker_threads';
import { TransientError } from '../../domain/errors.js';
import type { Digest } from '../../ports/digester.js';
import { noPart } from './inline-digest.js';
import type { Answer, Order } from './messages.js';
import { createSlots, type Slots } from './slots.js';

/** A thread that hashes several bodies at a time. */
export interface DigestThread {
  isAlive(): boolean;
  /** @param blockBytes - of the blocks whose MACs are wanted */
  begin(blockBytes: number | undefined): Digest;
}

/** The compiled module runs the compiled thread, the source the source. */
const THREAD = new URL(import.meta.url.replace('start-thread', 'digest-thread'));
/** It holds hardly anything but the shared slots. */
const YOUNG_GENERATION_MIB = 2;

/** Starts the thread. When it dies, every body that it had fails, and so does every later one. */
export function startThread(): DigestThread {
  const slots = createSlots();
  const worker = new Worker(THREAD, {
    workerData: slots.shared,
    name: 'digest',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
  });
  const questions = createQuestions((order) => {
    worker.postMessage(order);
  });
  const readers = createReaders();
  let isAlive = true;
  let bodies = 0;
  const die = (cause: unknown): void => {
    isAlive = false;
    const death = new TransientError('digest', 'The thread that hashes has ended', { cause });
    slots.fail(death);
    readers.fail(death);
    questions.fail(death);
  };
  worker.on('error', die).on('exit', die);
  worker.on('message', (answer: Answer) => {
    if (answer.kind === 'free') slots.release(answer.slot);
    else if (answer.kind === 'read') readers.next();
    else questions.answer(answer.body, answer.digest);
  });
  // To listen to it holds the process back again.
  worker.unref();
  return {
    isAlive: () => isAlive,
    begin: (blockBytes) => {
      questions.open((bodies += 1), blockBytes);
      return openBody(bodies, { slots, readers, questions });
    },
  };
}

interface Ways {
  readonly slots: Slots;
  readonly readers: Readers;
  readonly questions: Questions;
}

function openBody(body: number, { slots, readers, questions }: Ways): Digest {
  let isPart = false;
  return {
    update: (bytes) => {
      if (bytes.buffer instanceof SharedArrayBuffer) {
        questions.order({ kind: 'shared', body, bytes });
        return readers.wait();
      }
      return slots.fill(bytes, (slot, length) => {
        questions.order({ kind: 'bytes', body, slot, length });
      });
    },
    beginPart(key) {
      isPart = true;
      questions.order({ kind: 'part', body, key });
    },
    endPart() {
      if (!isPart) return Promise.reject(noPart());
      isPart = false;
      return questions.ask('endPart', body);
    },
    endBlocks: () => questions.ask('endBlocks', body),
    finish: () => questions.ask('finish', body),
    abort: () => {
      questions.close(body);
    },
  };
}

/** Who waits until the thread has read memory of theirs, in the order of telling it. */
interface Readers {
  wait(): Promise<void>;
  next(): void;
  fail(error: Error): void;
}

function createReaders(): Readers {
  const waiting: PromiseWithResolvers<void>[] = [];
  let failure: Error | undefined;
  return {
    async wait() {
      if (failure) throw failure;
      const reader = Promise.withResolvers<void>();
      waiting.push(reader);
      await reader.promise;
    },
    next: () => waiting.shift()?.resolve(),
    fail(error) {
      failure = error;
      for (const reader of waiting.splice(0)) reader.reject(error);
    },
  };
}

/** What the thread was asked and has not answered, for each body in the order of asking. */
interface Questions {
  readonly order: (order: Order) => void;
  open(body: number, blockBytes: number | undefined): void;
  ask(kind: 'endPart' | 'endBlocks' | 'finish', body: number): Promise<string>;
  answer(body: number, digest: string): void;
  close(body: number): void;
  fail(error: Error): void;
}

function createQuestions(order: (order: Order) => void): Questions {
  const asked = new Map<number, PromiseWithResolvers<string>[]>();
  let failure: Error | undefined;
  return {
    order,
    open(body, blockBytes) {
      asked.set(body, []);
      order({ kind: 'begin', body, blockBytes });
    },
    async ask(kind, body) {
      const of = asked.get(body);
      if (failure || !of) throw failure ?? new TransientError('digest', 'The digest was given up');
      const question = Promise.withResolvers<string>();
      of.push(question);
      order({ kind, body });
      const digest = await question.promise;
      if (kind === 'finish') asked.delete(body);
      return digest;
    },
    answer: (body, digest) => asked.get(body)?.shift()?.resolve(digest),
    close(body) {
      if (asked.delete(body)) order({ kind: 'abort', body });
    },
    fail(error) {
      failure = error;
      for (const question of [...asked.values()].flat()) question.reject(error);
      asked.clear();
    },
  };
}
