import type { Step } from './deliver.js';
import { readHttp } from './read-answer.js';
import type { Scene } from './scene.js';
import { tus, type Headers } from './steps.js';

const MAX_ROUNDS = 100;

/** Sends from front to back, up to somewhere: wherever the upload stands is right. */
export async function sendTus(scene: Scene, fileId: string, until: number): Promise<void> {
  const { bytes, chance, courier } = scene;
  let offset = 0;
  for (let round = 0; offset < until && round < MAX_ROUNDS; round += 1) {
    const isLast = chance.isLucky(0.5);
    const end = isLast ? until : Math.min(until, offset + chance.between(1, Math.max(1, until - offset)));
    const step = patchStep(scene, fileId, offset, bytes.subarray(offset, end));
    const outcome = await courier.deliver(step);
    offset =
      'value' in outcome
        ? Number((outcome.value as Headers)['upload-offset'])
        : await standsAt(scene, fileId);
  }
}

/** Bytes from an offset on. */
export const patchStep = (scene: Scene, fileId: string, offset: number, bytes: Buffer): Step => ({
  name: `bytes from ${offset}`,
  make: async () =>
    tus('PATCH', `/uploads/${fileId}`, await scene.headers(), { 'upload-offset': String(offset) }, bytes),
  read: readHttp,
  // A twin of it was faster. After that there may be nothing to continue.
  refusals: () => ({
    CONFLICT: 'over',
    ...(scene.isClosing ? { TOO_LARGE: 'over' } : {}),
    // What was put together takes no bytes from the first moment on.
    ...(scene.plan.way === 'tus-joined' ? { FORBIDDEN: 'over' } : {}),
  }),
});

async function standsAt({ courier, headers }: Scene, fileId: string): Promise<number> {
  const outcome = await courier.deliver({
    name: 'position',
    make: async () => tus('HEAD', `/uploads/${fileId}`, await headers(), {}),
    read: (answer) =>
      // The answer to HEAD has no body to read a code from.
      answer.status === 410 ? { kind: 'refused', code: 'CONFLICT' } : headOf(answer),
    refusals: { CONFLICT: 'over' },
  });
  return 'value' in outcome ? Number((outcome.value as Headers)['upload-offset']) : Infinity;
}

const headOf: Step['read'] = (answer) =>
  answer.status === 503 || answer.status === 423 ? { kind: 'later' } : readHttp(answer);
