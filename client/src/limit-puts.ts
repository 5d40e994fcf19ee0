import type { Platform } from './platform.js';
import { createTurns } from './turns.js';

/**
 * A platform on which all uploads together have no more PUTs under way than this: the next ones wait here and not
 * in a queue of the browser, where they would look like connections on which nothing moves.
 */
export function limitPuts(platform: Platform, atOnce: number): Platform {
  const turns = createTurns(atOnce);
  return { ...platform, put: (request) => turns.run(request.signal, () => platform.put(request)) };
}
