import { fault } from '../domain/errors.js';
import type { FileState } from '../domain/file-state.js';
import type { File } from '../domain/file.js';

/** States that an upload never comes to that was completed. */
const GIVEN_UP: readonly FileState[] = ['CANCELLED', 'EXPIRED'];

/** Whether an upload ended before it was complete. */
export const wasGivenUp = ({ state }: Pick<File, 'state'>): boolean => GIVEN_UP.includes(state);

/** Why nothing can be continued. */
export const givenUp = ({ state }: Pick<File, 'state'>): ReturnType<typeof fault> =>
  fault('CONFLICT', { message: `The upload is ${state}.` });
