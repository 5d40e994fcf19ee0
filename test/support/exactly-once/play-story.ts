import { beginStory, reuseKey } from './begin-story.js';
import { createCourier } from './deliver.js';
import { joinStory } from './join-story.js';
import { abortByS3, completeByS3 } from './s3-story.js';
import { endStep, type Scene, type StoryDeps } from './scene.js';
import { sendParts } from './send-parts.js';
import { patchStep, sendTus } from './send-tus.js';
import { bytesOf, type StoryPlan } from './story-plan.js';

/** How a story ended. */
export interface StoryEnd {
  readonly plan: StoryPlan;
  readonly fileId: string | undefined;
  /** What the file must come to. */
  readonly state: 'CLEAN' | 'CANCELLED' | 'DELETED' | 'OPEN';
  /** Uploads that the file was put together from, and how each ended. */
  readonly partials?: readonly StoryEnd[];
}

const REUSE_SHARE = 0.2;
const MEDDLE_SHARE = 0.3;

/** Plays one story to its end, whatever the network does. */
export async function playStory(deps: StoryDeps, plan: StoryPlan): Promise<StoryEnd> {
  const courier = createCourier(deps);
  const scene: Scene = { ...deps, plan, bytes: bytesOf(plan), courier, isClosing: false };
  if (plan.way === 'tus-joined') return playJoined(scene);
  const fileId = await beginStory(scene);
  if (fileId === undefined) return { plan, fileId, state: 'OPEN' };
  if (deps.chance.isLucky(REUSE_SHARE)) await reuseKey(scene);
  await sendBytes(scene, fileId);
  const state = await endStory(scene, fileId);
  if (state === 'CLEAN' || state === 'DELETED') await meddle(scene, fileId);
  await courier.settle();
  return { plan, fileId, state };
}

async function playJoined(scene: Scene): Promise<StoryEnd> {
  const { plan, courier } = scene;
  const { fileId, partials } = await joinStory(scene);
  const state = fileId === undefined ? 'OPEN' : await endStory(scene, fileId);
  if (fileId !== undefined) await meddle(scene, fileId);
  await courier.settle();
  const ended = partials.map(({ label, fileId: id }): StoryEnd => ({
    plan: { ...plan, label },
    fileId: id,
    state: 'CANCELLED',
  }));
  return { plan, fileId, state, partials: ended };
}

async function sendBytes(scene: Scene, fileId: string): Promise<void> {
  const { chance, plan } = scene;
  const isGivenUp = plan.end === 'cancel' || plan.end === 'abandon';
  switch (plan.way) {
    case 'form':
    case 'tus-joined':
      return;
    case 'parts':
    case 's3':
    case 'direct':
      return sendParts(scene, fileId, isGivenUp ? chance.below(2) : undefined);
    case 'tus-parts':
    case 'direct-parts':
      return sendByBoth(scene, fileId, isGivenUp);
    case 'tus':
    case 'tus-at-once':
      return sendTus(scene, fileId, isGivenUp ? chance.below(plan.sizeBytes) : plan.sizeBytes);
  }
}

/** Begins as tus and ends as parts: what tus left of a part is replaced by the whole of it. */
async function sendByBoth(scene: Scene, fileId: string, isGivenUp: boolean): Promise<void> {
  const { sizeBytes } = scene.plan;
  if (sizeBytes === 0) return;
  await sendTus(scene, fileId, scene.chance.below(sizeBytes));
  if (isGivenUp) return;
  // A question of tus that comes late finds the last byte there, and ends the upload.
  scene.isClosing = true;
  await sendParts(scene, fileId);
}

async function endStory(scene: Scene, fileId: string): Promise<StoryEnd['state']> {
  const { plan, courier } = scene;
  scene.isClosing = true;
  if (plan.end === 'abandon') return 'OPEN';
  if (plan.end === 'cancel' && plan.way === 's3') {
    await abortByS3(scene, fileId);
    return 'CANCELLED';
  }
  if (plan.end === 'cancel') {
    await courier.deliver(endStep(scene, 'cancelUpload', fileId, {}));
    return 'CANCELLED';
  }
  // Bytes that travel late may take the place of equal ones: only then it is known which were refused.
  if (plan.way === 's3') await completeByS3(scene, fileId);
  await courier.deliver(endStep(scene, 'completeUpload', fileId, {}));
  if (plan.end !== 'delete') return 'CLEAN';
  // Until it is inspected the file cannot be deleted.
  await courier.deliver(endStep(scene, 'deleteFile', fileId, { CONFLICT: 'later' }));
  return 'DELETED';
}

/** What comes after the end changes nothing. */
async function meddle(scene: Scene, fileId: string): Promise<void> {
  const { chance, plan, courier } = scene;
  if (!chance.isLucky(MEDDLE_SHARE)) return;
  const other = Buffer.alloc(Math.min(100, plan.sizeBytes + 1), 'x');
  const step = patchStep(scene, fileId, chance.isLucky(0.5) ? 0 : plan.sizeBytes, other);
  const outcome = await courier.deliver({ ...step, name: 'bytes after the end' });
  if ('value' in outcome) scene.violate(`${scene.label}: took bytes after its end`);
  const late = endStep(scene, 'cancelUpload', fileId, { CONFLICT: 'over' });
  const cancelled = await courier.deliver({ ...late, name: 'cancelUpload after the end' });
  if ('value' in cancelled) scene.violate(`${scene.label}: was cancelled after its end`);
}
