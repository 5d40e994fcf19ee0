import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, type ApiClient, type ApiOutcome, type FileView } from '../api-client.js';
import { PART_BYTES, type UploadPlan } from './plan.js';
import { playParts } from './play-parts.js';
import { playTus } from './play-tus.js';
import { explain, nothingTold, persist, type Scene, type Told } from './scene.js';

/** Does with one file what was planned, as a client that repeats what got no answer. */
export async function playUpload(scene: Scene, plan: UploadPlan): Promise<Told> {
  const told = nothingTold(plan);
  await sleep(plan.startAfterMs);
  try {
    await WAYS[plan.way](scene, told);
    if (told.isCompleted) await playAfterwards(scene, told);
  } catch (error) {
    scene.violate(`${plan.label}: ${String(error)}`);
  }
  return told;
}

const WAYS: Record<UploadPlan['way'], (scene: Scene, told: Told) => Promise<void>> = {
  whole: (scene, told) => playWhole(scene, told),
  parts: (scene, told) => playSession(scene, told),
  tus: (scene, told) => playTus(scene, told, (id) => know(scene, told, id)),
};

const metadataOf = ({ label }: UploadPlan): object => ({ metadata: [{ key: 'label', value: label }] });
const hashOf = ({ declaredSha256 }: UploadPlan): object =>
  declaredSha256 === null ? {} : { sha256: declaredSha256 };
const keyOf = ({ hasKey, label }: UploadPlan, about: string): object =>
  hasKey ? { idempotencyKey: `${about}/${label}` } : {};

type FileAnswer = ApiOutcome<{ readonly file: FileView }>;

/** With a key until there is an answer, without one only once: nobody could tell what a second one does. */
async function request(
  scene: Scene,
  told: Told,
  about: string,
  ask: (client: ApiClient) => Promise<FileAnswer>,
): Promise<FileView | undefined> {
  const { plan } = told;
  if (plan.hasKey) {
    const twins = Array.from({ length: plan.twins }, () => persist(scene, plan, about, ask));
    const files = (await Promise.all(twins)).map((outcome) => mustAgree(scene, told, about, outcome));
    const answers = new Set(
      files.map((file) => `${file?.id ?? ''} ${file?.version ?? 0} ${file?.state ?? ''}`),
    );
    if (answers.size > 1) scene.violate(`${plan.label}: ${about}: twins got ${[...answers].join(', ')}`);
    return files[0];
  }
  const client = scene.clients[plan.tenant][plan.label.length % scene.clients[plan.tenant].length];
  const answer = client && (await ask(client).catch(() => undefined));
  if (answer?.ok === true) return answer.value.file;
  told.isUncertain = true;
  return undefined;
}

function mustAgree(scene: Scene, told: Told, about: string, outcome: FileAnswer): FileView | undefined {
  if (outcome.ok) return outcome.value.file;
  scene.violate(`${told.plan.label}: ${about} was refused: ${explain(outcome.error)}`);
  return undefined;
}

function know(scene: Scene, told: Told, fileId: string | undefined): void {
  if (fileId === undefined) return;
  told.fileId = fileId;
  for (const tell of scene.created) tell(told);
}

async function playWhole(scene: Scene, told: Told): Promise<void> {
  const { plan } = told;
  const input = { name: plan.label, ...metadataOf(plan), ...hashOf(plan), ...keyOf(plan, 'whole') };
  const file = await request(scene, told, 'uploadFile', (client) => client.uploadFile(plan.bytes, input));
  know(scene, told, file?.id);
  told.isCompleted = file !== undefined;
}

async function playSession(scene: Scene, told: Told): Promise<void> {
  const { plan } = told;
  const size = { sizeBytes: plan.bytes.length, partSizeBytes: PART_BYTES };
  const input = { name: plan.label, ...size, ...metadataOf(plan), ...hashOf(plan), ...keyOf(plan, 'create') };
  const file = await request(scene, told, 'createUpload', (client) => client.createUpload(input));
  if (!file) return;
  know(scene, told, file.id);
  await expectUnavailable(scene, told);
  const numbers = Array.from({ length: file.upload.partCount }, (_, index) => index + 1).reverse();
  const sent = plan.end === 'abandon' || plan.end === 'cancel' ? numbers.slice(0, -1) : numbers;
  await playParts(scene, told, sent);
  await END[plan.end](scene, told);
}

const END: Record<UploadPlan['end'], (scene: Scene, told: Told) => Promise<void>> = {
  abandon: () => Promise.resolve(),
  complete: async (scene, told) => {
    const asked = Array.from({ length: told.plan.twins }, () => complete(scene, told));
    for (const outcome of await Promise.all(asked)) mustAgree(scene, told, 'completeUpload', outcome);
    told.isCompleted = true;
  },
  cancel: async (scene, told) => {
    mustAgree(scene, told, 'cancelUpload', await cancel(scene, told));
    told.isCancelled = true;
  },
  'both at once': async (scene, told) => {
    const [completed, cancelled] = await Promise.all([complete(scene, told), cancel(scene, told)]);
    told.isCompleted = completed.ok;
    told.isCancelled = cancelled.ok;
    const codes = [codeOf(completed), codeOf(cancelled)].sort().join();
    if (codes !== 'CONFLICT,') {
      scene.violate(`${told.plan.label}: complete and cancel at once got ${codes}`);
    }
  },
};

const complete = (scene: Scene, { plan, fileId }: Told): Promise<FileAnswer> =>
  persist(scene, plan, 'completeUpload', (client) =>
    client.completeUpload({ fileId, ...keyOf(plan, 'complete') }),
  );

const cancel = (scene: Scene, { plan, fileId }: Told): Promise<FileAnswer> =>
  persist(scene, plan, 'cancelUpload', (client) => client.cancelUpload({ fileId, ...keyOf(plan, 'cancel') }));

/** No byte can be had before the verdict. */
async function expectUnavailable(scene: Scene, { plan, fileId }: Told): Promise<void> {
  const outcome = await persist(scene, plan, 'createDownloadUrl', (client) =>
    client.createDownloadUrl({ fileId }),
  );
  if (codeOf(outcome) !== 'FILE_NOT_AVAILABLE') {
    scene.violate(`${plan.label}: a download URL before the verdict: ${codeOf(outcome) ?? 'given'}`);
  }
}

const VERDICT_PATIENCE_MS = 90_000;
const POLL_MS = 150;

async function playAfterwards(scene: Scene, told: Told): Promise<void> {
  const { plan, fileId = '' } = told;
  const file = await untilDecided(scene, told);
  if (file?.state === 'CLEAN') {
    const outcome = await persist(scene, plan, 'createDownloadUrl', (client) =>
      client.createDownloadUrl({ fileId }),
    );
    if (outcome.ok) told.downloadUrls.push(outcome.value.url);
    else scene.violate(`${plan.label}: no download URL of a clean file: ${explain(outcome.error)}`);
  }
  if (!plan.isDeleted) return;
  const deleted = await persist(scene, plan, 'deleteFile', (client) =>
    client.deleteFile({ fileId, ...keyOf(plan, 'delete') }),
  );
  told.isDeleted = mustAgree(scene, told, 'deleteFile', deleted)?.state === 'DELETED';
}

async function untilDecided(scene: Scene, { plan, fileId = '' }: Told): Promise<FileView | undefined> {
  const until = performance.now() + VERDICT_PATIENCE_MS;
  while (performance.now() < until) {
    const outcome = await persist(scene, plan, 'file', (client) => client.file(fileId));
    if (outcome.ok && outcome.value && outcome.value.state !== 'SCANNING') return outcome.value;
    await sleep(POLL_MS);
  }
  scene.violate(`${plan.label}: no verdict within ${VERDICT_PATIENCE_MS} ms`);
  return undefined;
}
