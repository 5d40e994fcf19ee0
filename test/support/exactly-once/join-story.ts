import type { Step } from './deliver.js';
import { readHttp } from './read-answer.js';
import { keyOf, type Scene } from './scene.js';
import { sendTus } from './send-tus.js';
import { tus, type Headers } from './steps.js';

/** A file that was put together, and the uploads that it was made of. */
export interface JoinedStory {
  readonly fileId: string | undefined;
  readonly partials: readonly { readonly label: string; readonly fileId: string | undefined }[];
}

const idOfLocation = (value: unknown): string | undefined =>
  (value as Headers)['location']?.split('/').at(-1);
const encode = (text: string): string => Buffer.from(text).toString('base64');

/** Sends a file as two partial uploads, side by side, and puts them together. */
export async function joinStory(scene: Scene): Promise<JoinedStory> {
  const middle = scene.chance.below(scene.plan.sizeBytes + 1);
  const stretches = [scene.bytes.subarray(0, middle), scene.bytes.subarray(middle)];
  const partials = await Promise.all(
    stretches.map(async (bytes, index) => {
      const label = `${scene.plan.label}/${index}`;
      const fields = { 'upload-length': String(bytes.length), 'upload-concat': 'partial' };
      const fileId = await create(scene, label, `create-${index}`, fields);
      if (fileId !== undefined) await sendTus({ ...scene, bytes }, fileId, bytes.length);
      return { label, fileId };
    }),
  );
  const urls = partials.map(({ fileId }) => `/uploads/${fileId ?? ''}`);
  const final = { 'upload-concat': `final;${urls.join(' ')}` };
  return { fileId: await create(scene, scene.plan.label, 'create', final), partials };
}

async function create(
  scene: Scene,
  label: string,
  key: string,
  fields: Headers,
): Promise<string | undefined> {
  const keyed = {
    ...fields,
    'upload-metadata': `filename ${encode('joined.bin')},label ${encode(label)}`,
    'idempotency-key': keyOf(scene, key),
  };
  const step: Step = {
    name: `tus creation (${key})`,
    make: async () => tus('POST', '/uploads', await scene.headers(), keyed),
    read: readHttp,
    sameness: idOfLocation,
  };
  const created = await scene.courier.deliver(step);
  return 'value' in created ? idOfLocation(created.value) : undefined;
}
