import type { Delivered, Step } from './deliver.js';
import { readGraphql, readS3 } from './read-answer.js';
import type { Scene } from './scene.js';
import { mutation, s3 } from './steps.js';

/** Times that a client lists the parts and completes with them, while parts that were sent twice still arrive. */
const MAX_LISTS = 50;

/** Completes an upload as a client that speaks S3 does: with the parts that are listed. */
export async function completeByS3(scene: Scene, fileId: string): Promise<void> {
  const path = await signUpload(scene, fileId);
  if (scene.plan.sizeBytes === 0) {
    await scene.courier.deliver(callStep('S3 object without bytes', 'PUT', path));
    return;
  }
  for (let round = 0; round < MAX_LISTS; round += 1) {
    const listed = await scene.courier.deliver(callStep('S3 list', 'GET', `${path}?uploadId=${fileId}`));
    const body = completionOf('value' in listed ? String(listed.value) : '');
    const step = callStep('S3 completion', 'POST', `${path}?uploadId=${fileId}`, body);
    // Between the list and this a late part may have taken the place of its equal.
    if ('value' in (await scene.courier.deliver({ ...step, sameness: (text) => text }))) return;
  }
  scene.violate(`${scene.label}: was never completed in the manner of S3`);
}

/** Gives an upload up as a client that speaks S3 does. */
export async function abortByS3(scene: Scene, fileId: string): Promise<Delivered> {
  const path = await signUpload(scene, fileId);
  return scene.courier.deliver(callStep('S3 abort', 'DELETE', `${path}?uploadId=${fileId}`));
}

/** The URL is signed anew whenever it is asked for. */
async function signUpload({ courier, headers }: Scene, fileId: string): Promise<string> {
  const signed = await courier.deliver({
    name: 'signS3Upload',
    make: async () => mutation('signS3Upload', { fileId }, await headers()),
    read: readGraphql,
  });
  return 'value' in signed ? new URL((signed.value as { url: string }).url).pathname : '';
}

const callStep = (name: string, method: string, path: string, body = ''): Step => ({
  name,
  make: () => Promise.resolve(s3(method, path, body)),
  read: readS3,
  // These calls have no key: after the end of the upload or of its file they are refused.
  refusals: { CONFLICT: 'over' },
});

function completionOf(list: string): string {
  const parts = [...list.matchAll(/<Part>.*?<\/Part>/gs)].map(([part]) => {
    const [number, etag] = ['PartNumber', 'ETag'].map(
      (tag) => new RegExp(`<${tag}>(.*?)</${tag}>`).exec(part)?.[1],
    );
    return `<Part><PartNumber>${number ?? ''}</PartNumber><ETag>${etag ?? ''}</ETag></Part>`;
  });
  return `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
}
