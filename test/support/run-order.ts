import { readFile } from 'node:fs/promises';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They take long for their size, by which vitest would have them run last, with nothing beside them. */
const LONG = ['test/unit/analyser/hostile.test.ts', 'test/unit/observability/metrics-server.test.ts'];

/**
 * The order in which a run goes through test files, project by project. Files that share a product come at the end of
 * theirs: it is there only while it is needed, and costs nothing while other files have products of their own.
 */
export class RunOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const ordered = await super.sort(files);
    const ranks = new Map(
      await Promise.all(ordered.map(async (file) => [file, await rankOf(file)] as const)),
    );
    const byProject = Map.groupBy(ordered, ({ project }) => project.name);
    return [...byProject.values()].flatMap((own) =>
      own.toSorted((one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0)),
    );
  }
}

async function rankOf({ moduleId }: TestSpecification): Promise<number> {
  if (LONG.some((file) => moduleId.endsWith(file))) return -1;
  return (await readFile(moduleId, 'utf8')).includes('onSharedProduct(') ? 1 : 0;
}
