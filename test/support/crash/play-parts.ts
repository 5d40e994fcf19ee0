import { setTimeout as sleep } from 'node:timers/promises';
import { granted } from '../api-client.js';
import { putPart, sha256, sliceOf } from '../send-file.js';
import { content, PART_BYTES } from './plan.js';
import { persist, type Scene, type Told } from './scene.js';

const PATIENCE_MS = 120_000;
const RETRY_MS = 100;
const AT_ONCE = 2;

/** Sends every part until it is acknowledged, some of them wrong first. */
export async function playParts(scene: Scene, told: Told, numbers: readonly number[]): Promise<void> {
  const left = [...numbers];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await playPart(scene, told, next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function playPart(scene: Scene, told: Told, partNumber: number): Promise<void> {
  const { plan } = told;
  const bytes = sliceOf(plan.bytes, PART_BYTES, partNumber);
  const other = content(bytes.length, `not ${plan.label}`);
  if (plan.mismatched.has(partNumber) && !bytes.equals(other)) {
    const answer = await send(scene, told, partNumber, other, sha256(bytes), 1);
    if (answer.status === 200) scene.violate(`${plan.label}: part ${partNumber} taken with a wrong checksum`);
  }
  if (plan.spoiled.has(partNumber)) {
    const answer = await send(scene, told, partNumber, other, undefined, 1);
    if (answer.status === 200) told.parts.set(partNumber, [answer.etag]);
    else told.parts.delete(partNumber);
  }
  const count = plan.doubled.has(partNumber) ? 2 : 1;
  const answers = await Promise.all(
    Array.from({ length: count }, () => send(scene, told, partNumber, bytes, sha256(bytes))),
  );
  told.parts.set(
    partNumber,
    answers.map(({ etag }) => etag),
  );
}

interface PutAnswer {
  /** Zero when there was none. */
  readonly status: number;
  readonly etag: string;
}

/** PUTs a part; again until it is acknowledged, where the number of tries is not bounded. */
async function send(
  scene: Scene,
  told: Told,
  partNumber: number,
  bytes: Buffer,
  checksum: string | undefined,
  tries = Infinity,
): Promise<PutAnswer> {
  const { plan, fileId } = told;
  const until = performance.now() + PATIENCE_MS;
  const part = { partNumber, ...(checksum === undefined ? {} : { sha256: checksum }) };
  for (let tried = 1; performance.now() < until; tried += 1) {
    const outcome = await persist(scene, plan, 'signUploadParts', (client) =>
      client.signUploadParts({ fileId, parts: [part] }),
    );
    const [signed] = granted(outcome).parts;
    const target = scene.clients[plan.tenant][tried % scene.clients[plan.tenant].length];
    if (!signed || !target) break;
    const url = new URL(new URL(signed.url).pathname, target.url).href;
    const response = await putPart({ ...signed, url }, bytes).catch(() => undefined);
    const text = (await response?.text().catch(() => '')) ?? '';
    const answer = { status: response?.status ?? 0, etag: unquote(response?.headers.get('etag')) };
    if (answer.status === 500) scene.violate(`${plan.label}: part ${partNumber}: ${text}`);
    if (answer.status === 200 || tried >= tries) return answer;
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
      throw new Error(`part ${partNumber} was refused: ${answer.status} ${text}`);
    }
    await sleep(RETRY_MS);
  }
  throw new Error(`part ${partNumber} was not taken within ${PATIENCE_MS} ms`);
}

const unquote = (etag: string | null | undefined): string => (etag ?? '').replaceAll('"', '');
