import { setTimeout as sleep } from 'node:timers/promises';
import {
  watchEvents,
  watchProgress,
  type EventView,
  type LiveSource,
  type ProgressView,
} from '../watch-live.js';

const RETRY_MS = 100;
const TERMINAL = ['CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED', 'CANCELLED', 'EXPIRED', 'DELETED'];

/** What a client that goes on at its cursor after each break has seen. */
export interface Observer {
  readonly seen: () => readonly EventView[];
  stop(): Promise<void>;
}

/**
 * Follows the history of a tenant, each time from another source, and always from the cursor of the last
 * event that came.
 */
export function observeEvents(sources: readonly LiveSource[], after: string): Observer {
  const seen: EventView[] = [];
  let current: readonly EventView[] = [];
  const stopping = new AbortController();
  const follow = async (): Promise<void> => {
    for (let round = 0; !stopping.signal.aborted; round += 1) {
      const source = sources[round % sources.length];
      if (!source) return;
      const live = watchEvents(source, { after: seen.at(-1)?.cursor ?? after });
      current = live.items;
      const stop = (): void => live.stop();
      stopping.signal.addEventListener('abort', stop);
      await live.done.catch(() => undefined);
      stopping.signal.removeEventListener('abort', stop);
      seen.push(...live.items);
      current = [];
      await sleep(RETRY_MS);
    }
  };
  const following = follow();
  return {
    seen: () => [...seen, ...current],
    stop: async () => {
      stopping.abort();
      await following;
    },
  };
}

/**
 * Follows one upload to its terminal state.
 *
 * @returns what came, break for break
 */
export async function observeProgress(
  sources: readonly LiveSource[],
  fileId: string,
  signal: AbortSignal,
): Promise<ProgressView[][]> {
  const stretches: ProgressView[][] = [];
  for (let round = 0; !signal.aborted; round += 1) {
    const source = sources[round % sources.length];
    if (!source) break;
    const live = watchProgress(source, fileId);
    const stop = (): void => live.stop();
    signal.addEventListener('abort', stop);
    const isInOrder = await live.done.then(
      () => true,
      () => false,
    );
    signal.removeEventListener('abort', stop);
    stretches.push(live.items);
    if (isInOrder && TERMINAL.includes(live.items.at(-1)?.stage ?? '')) break;
    await sleep(RETRY_MS);
  }
  return stretches;
}

/** What of it went backwards. */
export function regressions(stretches: readonly (readonly ProgressView[])[]): string[] {
  const all = stretches.flat();
  return all.slice(1).flatMap((item, index) => {
    const before = all[index];
    if (!before) return [];
    const isBackwards =
      item.receivedBytes < before.receivedBytes ||
      item.scannedBytes < before.scannedBytes ||
      item.file.version < before.file.version;
    return isBackwards ? [`progress went back from ${show(before)} to ${show(item)}`] : [];
  });
}

const show = ({ stage, receivedBytes, scannedBytes, file }: ProgressView): string =>
  `${stage} v${file.version} received ${receivedBytes} scanned ${scannedBytes}`;
