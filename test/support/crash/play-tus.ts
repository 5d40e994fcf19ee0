import { setTimeout as sleep } from 'node:timers/promises';
import { tusCalls, uploadMetadata } from '../tus-calls.js';
import { createChance } from './chance.js';
import type { Scene, Told } from './scene.js';

const PATIENCE_MS = 120_000;
const RETRY_MS = 100;
const REQUEST_TIMEOUT_MS = 60_000;
const SMALLEST_CHUNK_BYTES = 64;
const LONGEST_CHUNK_BYTES = 3_000_000;

/**
 * Sends one file by tus: chunks of any size, each to another API process, and after every answer that did not come the
 * offset is asked for.
 *
 * @param created - told of the file as soon as its id is known
 */
export async function playTus(scene: Scene, told: Told, created: (fileId: string) => void): Promise<void> {
  const fileId = await create(scene, told);
  if (fileId === undefined) return;
  created(fileId);
  const { plan } = told;
  const size = plan.bytes.length;
  const isEnded = plan.end === 'abandon' || plan.end === 'cancel';
  // The last byte completes the file, so a file without one is complete as it is made.
  if (size > 0) await sendUntil(scene, told, fileId, isEnded ? size >> 1 : size);
  if (size === 0 || !isEnded) told.isCompleted = true;
  else if (plan.end === 'cancel') await terminate(scene, told, fileId);
}

/** With a key until there is an answer, without one only once. */
async function create(scene: Scene, told: Told): Promise<string | undefined> {
  const { plan } = told;
  const checksum = plan.declaredSha256 === null ? {} : { sha256: plan.declaredSha256 };
  const headers = {
    'upload-length': String(plan.bytes.length),
    'upload-metadata': uploadMetadata({ filename: plan.label, label: plan.label, ...checksum }),
    ...(plan.hasKey ? { 'idempotency-key': `tus/${plan.label}` } : {}),
  };
  const answer = await ask(scene, told, 'POST', '/uploads', headers, undefined, plan.hasKey);
  if (answer?.status === 201) {
    return new URL(answer.headers.get('location') ?? '').pathname.split('/').at(-1);
  }
  if (answer) scene.violate(`${plan.label}: tus creation was refused: ${answer.status}`);
  told.isUncertain = true;
  return undefined;
}

/** Sends what is missing up to an offset, and holds the service to every offset that it has told. */
async function sendUntil(scene: Scene, told: Told, fileId: string, end: number): Promise<void> {
  const { plan } = told;
  const chance = createChance(`${plan.label}/chunks`);
  const path = `/uploads/${fileId}`;
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const head = await ask(scene, told, 'HEAD', path, {});
    if (head?.status !== 200) throw new Error(`no offset: ${head?.status ?? 'no answer'}`);
    const offset = note(scene, told, head);
    if (offset >= end) return;
    const length = Math.min(chance.between(SMALLEST_CHUNK_BYTES, LONGEST_CHUNK_BYTES), end - offset);
    const chunk = Uint8Array.from(plan.bytes.subarray(offset, offset + length));
    const answer = await ask(scene, told, 'PATCH', path, { 'upload-offset': String(offset) }, chunk, false);
    if (answer?.status === 204) note(scene, told, answer);
    // 409: a request whose answer was lost has arrived after all, or is still at work.
    else if (answer && answer.status < 500 && ![409, 423].includes(answer.status)) {
      throw new Error(`a chunk was refused: ${answer.status} ${await answer.text()}`);
    }
  }
  throw new Error(`not sent within ${PATIENCE_MS} ms`);
}

/** An offset that was told once must not be taken back. */
function note(scene: Scene, told: Told, answer: Response): number {
  const offset = Number(answer.headers.get('upload-offset'));
  if (offset < told.receivedBytes) {
    scene.violate(`${told.plan.label}: offset ${offset} after ${told.receivedBytes} was acknowledged`);
  }
  told.receivedBytes = Math.max(offset, told.receivedBytes);
  return offset;
}

async function terminate(scene: Scene, told: Told, fileId: string): Promise<void> {
  const answer = await ask(scene, told, 'DELETE', `/uploads/${fileId}`, {});
  // 410: one whose answer was lost had its effect.
  told.isCancelled = answer !== undefined && [204, 410].includes(answer.status);
  if (!told.isCancelled) {
    scene.violate(`${told.plan.label}: not terminated: ${answer?.status ?? 'no answer'}`);
  }
}

/** Asks one API process after the other until one answers with something else than "later". */
async function ask(
  scene: Scene,
  { plan }: Told,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Uint8Array,
  isRepeated = true,
): Promise<Response | undefined> {
  const clients = scene.clients[plan.tenant];
  const until = performance.now() + PATIENCE_MS;
  for (let tries = plan.label.length; performance.now() < until; tries += 1) {
    const client = clients[tries % clients.length];
    if (!client) break;
    const call = tusCalls(client.url, client.token);
    const asked = call(method, path, headers, body);
    const answer = await Promise.race([asked, sleep(REQUEST_TIMEOUT_MS)]).catch(() => undefined);
    if (answer?.status === 500) scene.violate(`${plan.label}: ${method}: ${await answer.text()}`);
    else if (answer && answer.status < 500 && answer.status !== 423) return answer;
    if (!isRepeated) return undefined;
    await sleep(RETRY_MS);
  }
  throw new Error(`${method} ${path}: no answer for ${PATIENCE_MS} ms`);
}
