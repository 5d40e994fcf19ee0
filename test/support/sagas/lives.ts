import { Readable } from 'node:stream';
import { PermanentError, TransientError } from '../../../src/domain/errors.js';
import type { File } from '../../../src/domain/file.js';
import type { FileState } from '../../../src/domain/file-state.js';
import { cancelUpload, deleteFile } from '../../../src/usecases/end-file.js';
import { replayDeadLetter } from '../../../src/usecases/dead-letters/decide-dead-letter.js';
import { listDeadLetters } from '../../../src/usecases/dead-letters/read-dead-letters.js';
import { approveRelease, endRelease } from '../../../src/usecases/quarantine/decide-release.js';
import { endRetention } from '../../../src/usecases/quarantine/end-retention.js';
import { requestRelease } from '../../../src/usecases/quarantine/request-release.js';
import { receiveFile } from '../../../src/usecases/receive-file.js';
import { createFakeScanner } from '../memory-inspection.js';
import { leadOpenUpload } from '../open-upload.js';
import { EICAR } from '../samples.js';
import { ANNA, filesNamed, OTTO, type SagaDeps, type SagaScene } from './saga-scene.js';

/** What a saga is led through, once for each moment in which whoever does it may die. */
export interface Life {
  /** Ends where the work begins that may be cut off; the name is unique. */
  readonly prepare: (scene: SagaScene, name: string) => Promise<File | undefined>;
  readonly work: (deps: SagaDeps, scene: SagaScene, name: string, file: File) => Promise<unknown>;
  /** What its client does afterwards, who had no answer. */
  readonly repeat?: (scene: SagaScene, name: string) => Promise<unknown>;
  /** Where the file may stand at the end; `ABSENT` where nobody was told of it. */
  readonly ends: readonly (FileState | 'ABSENT')[];
}

/** Bytes that no other name has. */
export const bytesOf = (name: string): Buffer => Buffer.from(`These are the bytes of ${name}.`);
/** The same, infected. */
export const infectedBytesOf = (name: string): Buffer => Buffer.concat([EICAR, bytesOf(name)]);

const keyOf = (name: string): string => name.replaceAll(' ', '-');

const send = async (deps: SagaDeps, name: string, body: Buffer, idempotencyKey?: string): Promise<File> => {
  const signal = new AbortController().signal;
  const input = {
    name,
    body: Readable.from([Buffer.from(body)], { objectMode: false }),
    signal,
    idempotencyKey,
  };
  const outcome = await receiveFile(deps)(ANNA, input);
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.value;
};

const inspected = async (scene: SagaScene, file: File): Promise<File> => {
  await scene.inspect(file);
  return scene.find(file);
};

const clean = async (scene: SagaScene, name: string, bytes = bytesOf(name)): Promise<File> =>
  inspected(scene, await send(scene.deps, name, bytes));
const infected = async (scene: SagaScene, name: string): Promise<File> =>
  inspected(scene, await send(scene.deps, name, infectedBytesOf(name)));

const opened = async ({ deps, query }: SagaScene, name: string): Promise<File> => {
  const upload = await leadOpenUpload(deps.files, deps.objects, 20);
  await query('update files set name = $1 where id = $2', [name, upload.file.id]);
  await (name.endsWith('1') ? upload.sendFragment() : upload.sendPart());
  return { ...upload.file, name };
};

/** A scanner that takes all bytes and then fails. */
const failing = (error: Error): Pick<SagaDeps, 'scanner'> => ({
  scanner: createFakeScanner({ kind: 'ok' }, { finish: () => Promise.reject(error) }),
});

const givingUp = (deps: SagaDeps): SagaDeps => ({
  ...{ ...deps, ...failing(new PermanentError('scanner', 'It never comes back.')) },
  settings: { ...deps.settings, maxAttempts: 1 },
});

const replayed = async (deps: SagaDeps, { id: fileId }: File): Promise<void> => {
  const page = await listDeadLetters(deps)(ANNA, { filter: { fileId }, first: 1 });
  const deadLetterId = page.ok ? (page.value.letters[0]?.letter.id ?? '') : '';
  await replayDeadLetter(deps)(ANNA, { deadLetterId });
};

const released = async (deps: SagaDeps, file: File): Promise<void> => {
  const expiresAt = new Date(Date.now() + 60_000);
  const asked = await requestRelease(deps)(ANNA, { fileId: file.id, reason: 'A false positive.', expiresAt });
  if (!asked.ok) throw new Error(asked.fault.message);
  const releaseId = asked.value.id;
  const reason = 'Has been looked at.';
  await approveRelease(deps)(OTTO, { releaseId, reason });
  await endRelease(deps)(ANNA, { releaseId, reason });
};

/** Every saga, through every way that it can go. */
export const LIVES: Readonly<Record<string, Life>> = {
  'an upload that its client repeats': {
    prepare: () => Promise.resolve(undefined),
    work: (deps, _scene, name) => send(deps, name, bytesOf(name), keyOf(name)),
    repeat: ({ deps }, name) => send(deps, name, bytesOf(name), keyOf(name)),
    ends: ['CLEAN'],
  },
  'an upload that nobody repeats': {
    prepare: () => Promise.resolve(undefined),
    work: (deps, _scene, name) => send(deps, name, bytesOf(name)),
    ends: ['CLEAN', 'EXPIRED', 'ABSENT'],
  },
  'an upload that is cancelled': {
    prepare: opened,
    work: (deps, _scene, _name, { id }) => cancelUpload(deps)(ANNA, { fileId: id }),
    ends: ['CANCELLED', 'EXPIRED'],
  },
  'an upload whose time is over': {
    prepare: opened,
    work: async (deps, scene) => {
      await scene.passTime();
      await scene.reconcile(deps);
    },
    ends: ['EXPIRED'],
  },
  'the inspection of clean bytes': {
    prepare: ({ deps }, name) => send(deps, name, bytesOf(name)),
    work: (deps, scene, _name, file) => scene.inspect(file, deps),
    ends: ['CLEAN'],
  },
  'the inspection of bytes that are stored already': {
    prepare: async (scene, name) => {
      await clean(scene, `${name} before`, bytesOf(name));
      return send(scene.deps, name, bytesOf(name));
    },
    work: (deps, scene, _name, file) => scene.inspect(file, deps),
    ends: ['CLEAN'],
  },
  'the inspection of infected bytes': {
    prepare: ({ deps }, name) => send(deps, name, infectedBytesOf(name)),
    work: (deps, scene, _name, file) => scene.inspect(file, deps),
    ends: ['INFECTED'],
  },
  'an inspection that fails and is repeated': {
    prepare: ({ deps }, name) => send(deps, name, bytesOf(name)),
    work: (deps, scene, _name, file) =>
      scene.inspect(file, { ...deps, ...failing(new TransientError('scanner', 'It is away.')) }),
    ends: ['CLEAN'],
  },
  'an inspection that gives up': {
    prepare: ({ deps }, name) => send(deps, name, bytesOf(name)),
    work: (deps, scene, _name, file) => scene.inspect(file, givingUp(deps)),
    // Whoever dies before the verdict leaves it to one whose scanner works.
    ends: ['UNSCANNABLE', 'CLEAN'],
  },
  'an inspection that was given up and is replayed': {
    prepare: async (scene, name) => {
      const file = await send(scene.deps, name, bytesOf(name));
      await scene.inspect(file, givingUp(scene.deps));
      return file;
    },
    work: async (deps, scene, _name, file) => {
      await replayed(deps, file);
      await scene.inspect(await scene.find(file), deps);
    },
    // Whoever dies before the decision has only looked.
    ends: ['CLEAN', 'UNSCANNABLE'],
  },
  'a release that is asked for, approved and ended': {
    prepare: infected,
    work: (deps, _scene, _name, file) => released(deps, file),
    ends: ['INFECTED'],
  },
  'the end of what is kept of infected content': {
    prepare: async (scene, name) => {
      const file = await send(scene.deps, name, infectedBytesOf(name));
      await scene.inspect(file, { ...scene.deps, retentionMs: 0 });
      return file;
    },
    work: (deps, _scene, _name, { id: fileId, tenantId }) => endRetention(deps)({ fileId, tenantId }),
    ends: ['DELETED'],
  },
  'the deletion of a clean file': {
    prepare: clean,
    work: (deps, _scene, _name, { id }) => deleteFile(deps)(ANNA, { fileId: id }),
    repeat: async (scene, name) => deleteAll(scene, name),
    ends: ['DELETED'],
  },
  'the deletion of one of two files of the same bytes': {
    prepare: async (scene, name) => {
      await clean(scene, `${name} other`, bytesOf(name));
      return clean(scene, name);
    },
    work: (deps, _scene, _name, { id }) => deleteFile(deps)(ANNA, { fileId: id }),
    repeat: async (scene, name) => deleteAll(scene, name),
    ends: ['DELETED'],
  },
  'the deletion of an infected file that is about to be released': {
    prepare: async (scene, name) => {
      const file = await infected(scene, name);
      const expiresAt = new Date(Date.now() + 60_000);
      await requestRelease(scene.deps)(ANNA, { fileId: file.id, reason: 'A false positive.', expiresAt });
      return file;
    },
    work: (deps, _scene, _name, { id }) => deleteFile(deps)(ANNA, { fileId: id }),
    repeat: async (scene, name) => deleteAll(scene, name),
    ends: ['DELETED'],
  },
};

async function deleteAll(scene: SagaScene, name: string): Promise<void> {
  for (const fileId of await filesNamed(scene, name)) await deleteFile(scene.deps)(ANNA, { fileId });
}
