import { createCourier, type Courier, type CourierDeps, type Delivered, type Step } from './deliver.js';
import { readGraphql, readHttp } from './read-answer.js';
import { PART_BYTES, type StoryPlan } from './story-plan.js';
import { form, mutation, put, tus, type Headers } from './steps.js';

/** How a story ended. */
export interface StoryEnd {
  readonly plan: StoryPlan;
  readonly fileId: string | undefined;
  /** What the file must come to. */
  readonly state: 'CLEAN' | 'CANCELLED' | 'DELETED' | 'OPEN';
}

/** What a story needs. */
export interface StoryDeps extends CourierDeps {
  /** Headers of a user who may do everything. */
  readonly headers: () => Promise<Headers>;
}

interface Scene extends StoryDeps {
  readonly plan: StoryPlan;
  readonly courier: Courier;
  /** Whether bytes may be refused: the upload was asked to end. */
  isClosing: boolean;
}

/** Plays one story to its end, whatever the network does. */
export async function playStory(deps: StoryDeps, plan: StoryPlan): Promise<StoryEnd> {
  const scene: Scene = { ...deps, plan, courier: createCourier(deps), isClosing: false };
  const fileId = await begin(scene);
  if (fileId === undefined) return { plan, fileId, state: 'OPEN' };
  if (deps.chance.isLucky(0.2)) await reuseKey(scene);
  const state = await goOn(scene, fileId);
  if (state === 'CLEAN' || state === 'DELETED') await meddle(scene, fileId);
  await scene.courier.settle();
  return { plan, fileId, state };
}

const keyOf = ({ plan }: Scene, name: string): string => `${plan.label}/${name}`;
const labelled = ({ plan }: Scene): readonly object[] => [{ key: 'label', value: plan.label }];
const sameFile = (value: unknown): unknown => (value as { file: unknown }).file;

async function begin(scene: Scene): Promise<string | undefined> {
  const { plan } = scene;
  if (plan.way === 'form') return fileIn(await scene.courier.deliver(formStep(scene)));
  if (plan.way === 'parts' || plan.way === 'tus-parts') {
    return fileIn(await scene.courier.deliver(createStep(scene, 'name.bin')));
  }
  return fileAt(await scene.courier.deliver(tusCreation(scene)));
}

const fileIn = (delivered: Delivered): string | undefined =>
  'value' in delivered ? (sameFile(delivered.value) as { id: string }).id : undefined;

const fileAt = (delivered: Delivered): string | undefined =>
  'value' in delivered ? (delivered.value as Headers)['location']?.split('/').at(-1) : undefined;

const createStep = (scene: Scene, name: string): Step => ({
  name: 'createUpload',
  make: async () => {
    const { plan, headers } = scene;
    const input = { name, sizeBytes: plan.bytes.length, partSizeBytes: PART_BYTES, sha256: plan.sha256 };
    const keyed = { ...input, metadata: labelled(scene), idempotencyKey: keyOf(scene, 'create') };
    return mutation('createUpload', keyed, await headers());
  },
  read: readGraphql,
  sameness: sameFile,
});

const formStep = (scene: Scene, bytes = scene.plan.bytes): Step => ({
  name: 'uploadFile',
  make: async () => {
    const input = { name: 'form.bin', metadata: labelled(scene), idempotencyKey: keyOf(scene, 'create') };
    return form(bytes, input, await scene.headers());
  },
  read: readGraphql,
  sameness: sameFile,
});

function tusCreation(scene: Scene, name = 'tus.bin'): Step {
  const { plan, headers } = scene;
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  const fields = {
    'upload-length': String(plan.bytes.length),
    'upload-metadata': `filename ${encode(name)},label ${encode(plan.label)}`,
    'idempotency-key': keyOf(scene, 'create'),
  };
  const body = plan.way === 'tus-at-once' ? plan.bytes : undefined;
  return {
    name: 'tus creation',
    make: async () => tus('POST', '/uploads', await headers(), fields, body),
    read: readHttp,
    sameness: (value) => (value as Headers)['location']?.split('/').at(-1),
  };
}

/** The key of the creation with another request: refused, and nothing happens. */
async function reuseKey(scene: Scene): Promise<void> {
  const { way, bytes } = scene.plan;
  const other =
    way === 'form'
      ? formStep(scene, Buffer.concat([bytes, Buffer.from('!')]))
      : way === 'parts' || way === 'tus-parts'
        ? createStep(scene, 'other.bin')
        : tusCreation(scene, 'other.bin');
  const { sameness: _, ...step } = other;
  const refusals = { IDEMPOTENCY_MISMATCH: 'over' } as const;
  const outcome = await scene.courier.deliver({ ...step, name: `another ${other.name}`, refusals });
  if ('value' in outcome) scene.violate(`${scene.label}: its key was good for another request`);
}

async function goOn(scene: Scene, fileId: string): Promise<StoryEnd['state']> {
  const { plan, chance } = scene;
  const isGivenUp = plan.end === 'cancel' || plan.end === 'abandon';
  if (plan.way === 'parts') await sendParts(scene, fileId, isGivenUp ? chance.below(2) : undefined);
  if (plan.way === 'tus-parts') await sendByBoth(scene, fileId, isGivenUp);
  if (plan.way === 'tus' || plan.way === 'tus-at-once') {
    await sendTus(scene, fileId, isGivenUp ? chance.below(plan.bytes.length) : plan.bytes.length);
  }
  scene.isClosing = true;
  if (plan.end === 'abandon') return 'OPEN';
  if (plan.end === 'cancel') {
    await scene.courier.deliver(endStep(scene, 'cancelUpload', fileId, {}));
    return 'CANCELLED';
  }
  // Bytes that travel late may take the place of equal ones: only then it is known which were refused.
  await scene.courier.deliver(endStep(scene, 'completeUpload', fileId, {}));
  if (plan.end !== 'delete') return 'CLEAN';
  // Until it is inspected the file cannot be deleted.
  await scene.courier.deliver(endStep(scene, 'deleteFile', fileId, { CONFLICT: 'later' }));
  return 'DELETED';
}

const endStep = (
  scene: Scene,
  name: 'completeUpload' | 'cancelUpload' | 'deleteFile',
  fileId: string,
  refusals: Step['refusals'] & object,
): Step => ({
  name,
  make: async () => mutation(name, { fileId, idempotencyKey: keyOf(scene, name) }, await scene.headers()),
  read: readGraphql,
  sameness: sameFile,
  refusals,
});

const partOf = (bytes: Buffer, number: number): Buffer =>
  bytes.subarray((number - 1) * PART_BYTES, number * PART_BYTES);

async function signParts({ courier, headers, plan }: Scene, fileId: string): Promise<string[]> {
  const count = Math.ceil(plan.bytes.length / PART_BYTES);
  if (count === 0) return [];
  const parts = Array.from({ length: count }, (_, index) => ({ partNumber: index + 1 }));
  const signed = await courier.deliver({
    name: 'signUploadParts',
    make: async () => mutation('signUploadParts', { fileId, parts }, await headers()),
    read: readGraphql,
    refusals: { CONFLICT: 'over' },
  });
  return 'value' in signed ? (signed.value as { parts: { url: string }[] }).parts.map(({ url }) => url) : [];
}

async function sendParts(scene: Scene, fileId: string, most = Infinity): Promise<void> {
  const urls = await signParts(scene, fileId);
  const numbers = scene.chance.shuffle(urls.map((_, index) => index + 1)).slice(0, most);
  // Said before the parts are there: refused, and the key is good for later.
  if (urls.length > 0 && scene.chance.isLucky(0.1) && most === Infinity) {
    const early = endStep(scene, 'completeUpload', fileId, { UPLOAD_INCOMPLETE: 'over' });
    await scene.courier.deliver({ ...early, name: 'completeUpload before its parts' });
  }
  await Promise.all(
    numbers.map((number) => scene.courier.deliver(putStep(scene, urls[number - 1] ?? '', number))),
  );
}

const putStep = (scene: Scene, url: string, number: number): Step => ({
  name: `part ${number}`,
  make: () => Promise.resolve(put(url, partOf(scene.plan.bytes, number))),
  read: readHttp,
  refusals: () => (scene.isClosing ? { CONFLICT: 'over' } : {}),
});

/** Sends from front to back, up to somewhere: wherever the upload stands is right. */
async function sendTus(scene: Scene, fileId: string, until: number): Promise<void> {
  const { plan, chance, courier } = scene;
  let offset = 0;
  for (let round = 0; offset < until && round < 100; round += 1) {
    const isLast = chance.isLucky(0.5);
    const end = isLast ? until : Math.min(until, offset + chance.between(1, Math.max(1, until - offset)));
    const step = patchStep(scene, fileId, offset, plan.bytes.subarray(offset, end));
    const outcome = await courier.deliver(step);
    offset =
      'value' in outcome
        ? Number((outcome.value as Headers)['upload-offset'])
        : await standsAt(scene, fileId);
  }
}

const patchStep = (scene: Scene, fileId: string, offset: number, bytes: Buffer): Step => ({
  name: `bytes from ${offset}`,
  make: async () =>
    tus('PATCH', `/uploads/${fileId}`, await scene.headers(), { 'upload-offset': String(offset) }, bytes),
  read: readHttp,
  // A twin of it was faster. After that there may be nothing to continue.
  refusals: () => ({ CONFLICT: 'over', ...(scene.isClosing ? { TOO_LARGE: 'over' } : {}) }),
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

/** Begins as tus and ends as parts: what tus left of a part is replaced by the whole of it. */
async function sendByBoth(scene: Scene, fileId: string, isGivenUp: boolean): Promise<void> {
  const { bytes } = scene.plan;
  if (bytes.length === 0) return;
  await sendTus(scene, fileId, scene.chance.below(bytes.length));
  if (!isGivenUp) await sendParts(scene, fileId);
}

/** What comes after the end changes nothing. */
async function meddle(scene: Scene, fileId: string): Promise<void> {
  const { chance, plan, courier } = scene;
  if (!chance.isLucky(0.3)) return;
  const other = Buffer.alloc(Math.min(100, plan.bytes.length + 1), 'x');
  const step = patchStep(scene, fileId, chance.isLucky(0.5) ? 0 : plan.bytes.length, other);
  const outcome = await courier.deliver({ ...step, name: 'bytes after the end' });
  if ('value' in outcome) scene.violate(`${scene.label}: took bytes after its end`);
  const late = endStep(scene, 'cancelUpload', fileId, { CONFLICT: 'over' });
  const cancelled = await courier.deliver({ ...late, name: 'cancelUpload after the end' });
  if ('value' in cancelled) scene.violate(`${scene.label}: was cancelled after its end`);
}
