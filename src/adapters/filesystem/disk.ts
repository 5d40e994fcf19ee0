import type { KnownObjects } from './known-objects.js';
import type { Layout } from './layout.js';
import type { Room } from './room.js';
import type { Scratch } from './scratch.js';

/** What the operations of the store work on. */
export interface Disk {
  readonly layout: Layout;
  readonly scratch: Scratch;
  readonly room: Room;
  readonly known: KnownObjects;
}
