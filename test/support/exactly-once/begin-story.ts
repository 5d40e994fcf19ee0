import type { Delivered, Step } from './deliver.js';
import { readGraphql, readHttp } from './read-answer.js';
import { keyOf, sameFile, type Scene } from './scene.js';
import { form, mutation, tus, type Headers } from './steps.js';
import { PART_BYTES, type Way } from './story-plan.js';

type Opening = (scene: Scene, other?: 'other') => Step;

/** Opens an upload, or brings all of the file at once. */
export async function beginStory(scene: Scene): Promise<string | undefined> {
  const { open, idIn } = openingOf(scene.plan.way);
  return idIn(await scene.courier.deliver(open(scene)));
}

/** The key of the creation with another request: refused, and nothing happens. */
export async function reuseKey(scene: Scene): Promise<void> {
  const { sameness: _, ...step } = openingOf(scene.plan.way).open(scene, 'other');
  const refusals = { IDEMPOTENCY_MISMATCH: 'over' } as const;
  const outcome = await scene.courier.deliver({ ...step, name: `another ${step.name}`, refusals });
  if ('value' in outcome) scene.violate(`${scene.label}: its key was good for another request`);
}

function openingOf(way: Way): { open: Opening; idIn: (delivered: Delivered) => string | undefined } {
  if (way === 'form') return { open: formStep, idIn: fileIn };
  return way === 'tus' || way === 'tus-at-once'
    ? { open: tusStep, idIn: fileAt }
    : { open: createStep, idIn: fileIn };
}

const fileIn = (delivered: Delivered): string | undefined =>
  'value' in delivered ? (sameFile(delivered.value) as { id: string }).id : undefined;

const fileAt = (delivered: Delivered): string | undefined =>
  'value' in delivered ? idOfLocation(delivered.value) : undefined;

const idOfLocation = (value: unknown): string | undefined =>
  (value as Headers)['location']?.split('/').at(-1);

const metadataOf = ({ plan }: Scene): readonly object[] => [{ key: 'label', value: plan.label }];

const createStep: Opening = (scene, other) => ({
  name: 'createUpload',
  make: async () => {
    const { sizeBytes, sha256, way } = scene.plan;
    const transport = way === 'direct' || way === 'direct-parts' ? 'DIRECT' : 'PROXIED';
    const name = `${other ?? 'parts'}.bin`;
    const input = { name, sizeBytes, sha256, transport, partSizeBytes: PART_BYTES };
    const keyed = { ...input, metadata: metadataOf(scene), idempotencyKey: keyOf(scene, 'create') };
    return mutation('createUpload', keyed, await scene.headers());
  },
  read: readGraphql,
  sameness: sameFile,
});

const formStep: Opening = (scene, other) => ({
  name: 'uploadFile',
  make: async () => {
    const bytes = other ? Buffer.concat([scene.bytes, Buffer.from('!')]) : scene.bytes;
    const input = { name: 'form.bin', metadata: metadataOf(scene), idempotencyKey: keyOf(scene, 'create') };
    return form(bytes, input, await scene.headers());
  },
  read: readGraphql,
  sameness: sameFile,
});

const encode = (text: string): string => Buffer.from(text).toString('base64');

const tusStep: Opening = (scene, other) => {
  const { plan, bytes, headers } = scene;
  const fields = {
    'upload-length': String(plan.sizeBytes),
    'upload-metadata': `filename ${encode(`${other ?? 'tus'}.bin`)},label ${encode(plan.label)}`,
    'idempotency-key': keyOf(scene, 'create'),
  };
  const body = plan.way === 'tus-at-once' ? bytes : undefined;
  return {
    name: 'tus creation',
    make: async () => tus('POST', '/uploads', await headers(), fields, body),
    read: readHttp,
    sameness: idOfLocation,
  };
};
