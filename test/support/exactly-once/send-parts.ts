import type { Step } from './deliver.js';
import { readGraphql, readHttp, readStore } from './read-answer.js';
import { endStep, type Scene } from './scene.js';
import { mutation, put, type SignedPart } from './steps.js';
import { PART_BYTES } from './story-plan.js';

const EARLY_SHARE = 0.1;

/**
 * Sends parts to where they were signed for, in any order and side by side.
 *
 * @param most - fewer than there are, from a sender who gives up
 */
export async function sendParts(scene: Scene, fileId: string, most = Infinity): Promise<void> {
  const parts = await signParts(scene, fileId);
  // Said before the parts are there: refused, and the key is good for later.
  if (parts.length > 0 && scene.chance.isLucky(EARLY_SHARE) && most === Infinity) {
    // Sent once more when they are there, it ends the upload.
    scene.isClosing = true;
    const early = endStep(scene, 'completeUpload', fileId, { UPLOAD_INCOMPLETE: 'over' });
    await scene.courier.deliver({ ...early, name: 'completeUpload before its parts' });
  }
  const sent = scene.chance.shuffle(parts).slice(0, most);
  await Promise.all(sent.map((part) => scene.courier.deliver(putStep(scene, part))));
}

async function signParts({ courier, chance, headers, plan }: Scene, fileId: string): Promise<SignedPart[]> {
  const count = Math.ceil(plan.sizeBytes / PART_BYTES);
  if (count === 0) return [];
  const parts = Array.from({ length: count }, (_, index) => ({ partNumber: index + 1 }));
  const isProxied = plan.way === 'direct-parts' && chance.isLucky(0.5);
  const input = { fileId, parts, ...(isProxied ? { transport: 'PROXIED' } : {}) };
  const signed = await courier.deliver({
    name: 'signUploadParts',
    make: async () => mutation('signUploadParts', input, await headers()),
    read: readGraphql,
    refusals: { CONFLICT: 'over' },
  });
  return 'value' in signed ? (signed.value as { parts: SignedPart[] }).parts : [];
}

/** Of an upload that ends meanwhile, API and store refuse what comes too late. */
const putStep = (scene: Scene, part: SignedPart): Step => ({
  name: `part ${part.partNumber}`,
  make: () => Promise.resolve(put(part, partOf(scene.bytes, part.partNumber))),
  read: isToStore(part) ? readStore : readHttp,
  refusals: () => (scene.isClosing ? { CONFLICT: 'over' } : {}),
});

const isToStore = ({ url }: SignedPart): boolean => new URL(url).searchParams.has('uploadId');

const partOf = (bytes: Buffer, number: number): Buffer =>
  bytes.subarray((number - 1) * PART_BYTES, number * PART_BYTES);
