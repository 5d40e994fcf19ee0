/** Paths of the workers, written in by the build. */
declare const WORKERS: Readonly<Record<'editor' | 'json' | 'graphql', string>>;

const workerPath = (label: string): string => {
  if (label === 'json') return WORKERS.json;
  return label === 'graphql' ? WORKERS.graphql : WORKERS.editor;
};

Object.assign(globalThis, {
  MonacoEnvironment: { getWorker: (_id: string, label: string) => new Worker(workerPath(label)) },
});
