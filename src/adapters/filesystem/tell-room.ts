import { TransientError } from '../../domain/errors.js';
import type { ObjectStore } from '../../ports/object-store.js';
import { withDeadline } from '../common/with-deadline.js';
import type { Disk } from './disk.js';
import { whileThere } from './presence.js';
import { DEPENDENCY, guard } from './store-error.js';

/** How long a disk may take to say what is free on it; one behind a network that is cut never does. */
const ANSWER_MS = 3_000;

/** What a store says of the room that it has. */
export const tellRoom = ({
  layout,
  room,
}: Pick<Disk, 'layout' | 'room'>): Required<Pick<ObjectStore, 'hasRoom' | 'spareBytes'>> => ({
  hasRoom: () => guard(room.has),
  spareBytes: () =>
    withDeadline(
      guard(() => whileThere(layout, () => room.spareBytes(layout.landmark.path))),
      ANSWER_MS,
      () => new TransientError(DEPENDENCY, 'The disk of the store does not answer.'),
    ),
});
