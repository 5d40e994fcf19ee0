import type { HelperAnswer, HelperRequest } from './start-helper.js';

/** What a helper can do, by name. */
export type Jobs = Readonly<Record<string, (input: never) => Promise<unknown>>>;

/** Does what the parent asks, until the parent is gone. */
export function answerParent(jobs: Jobs): void {
  const answer = async ({ job, input }: HelperRequest): Promise<HelperAnswer> => {
    try {
      const work = jobs[job];
      if (!work) return { error: `There is no job ${job}` };
      return { value: await work(input as never) };
    } catch (error) {
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on('message', (request: HelperRequest) => {
    void answer(request).then((reply) => process.send?.(reply));
  });
  process.once('disconnect', () => {
    process.exit();
  });
}
