import type { Courier, CourierDeps, Step } from './deliver.js';
import { readGraphql } from './read-answer.js';
import { mutation, type Headers } from './steps.js';
import type { StoryPlan } from './story-plan.js';

/** What a story needs. */
export interface StoryDeps extends CourierDeps {
  /** Headers of a user who may do everything. */
  readonly headers: () => Promise<Headers>;
}

/** Where one story takes place. */
export interface Scene extends StoryDeps {
  readonly plan: StoryPlan;
  readonly bytes: Buffer;
  readonly courier: Courier;
  /** Whether bytes may be refused: the upload was asked to end. */
  isClosing: boolean;
}

/** The idempotency key of one wish of a story. */
export const keyOf = ({ plan }: Pick<Scene, 'plan'>, name: string): string => `${plan.label}/${name}`;

/** What all answers to a keyed request must have in common: the whole file as it was. */
export const sameFile = (value: unknown): unknown => (value as { file: unknown }).file;

/** Ends an upload, or its file. */
export const endStep = (
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
