import { createUploadClient, type Upload, type UploadSnapshot } from '../../client/src/browser.js';
import { formatBytes, fractionOf, statusOf } from '../describe.js';
import { developmentToken } from '../token.js';

const url = new URLSearchParams(location.search).get('service') ?? 'http://127.0.0.1:4000';
const client = createUploadClient({ url, getToken: developmentToken(url, 'acme-uploader') });

const input = find(document, '#files', HTMLInputElement);
const drop = find(document, '.choose', HTMLElement);
const list = find(document, '#uploads', HTMLElement);
const hint = find(document, '#unfinished', HTMLElement);
const template = find(document, '#row', HTMLTemplateElement);

input.addEventListener('change', () => {
  begin(input.files);
  input.value = '';
});
drop.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
drop.addEventListener('dragleave', () => drop.classList.remove('over'));
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  begin(event.dataTransfer?.files);
});
void showUnfinished();

function begin(files: FileList | null | undefined): void {
  hint.hidden = true;
  for (const file of files ?? []) show(client.upload(file));
}

function show(upload: Upload): void {
  const row = find(template.content.cloneNode(true) as DocumentFragment, '.upload', HTMLElement);
  const pause = find(row, '.pause', HTMLButtonElement);
  pause.addEventListener('click', () =>
    upload.snapshot().phase === 'paused' ? upload.resume() : upload.pause(),
  );
  // What stands against it is told with the snapshot.
  const cancel = (): void => void upload.cancel().catch(() => undefined);
  find(row, '.cancel', HTMLButtonElement).addEventListener('click', cancel);
  list.prepend(row);
  paint(row, upload.snapshot());
  upload.subscribe((snapshot) => paint(row, snapshot));
}

function paint(row: HTMLElement, snapshot: UploadSnapshot): void {
  const { phase, stage, name, sizeBytes } = snapshot;
  row.dataset['phase'] = phase;
  row.dataset['stage'] = stage;
  find(row, '.name', HTMLElement).textContent = name;
  find(row, '.size', HTMLElement).textContent = formatBytes(sizeBytes);
  const status = find(row, '.status', HTMLElement);
  // Nobody wants to hear every byte.
  status.ariaLive = phase === 'sending' ? 'off' : 'polite';
  status.textContent = statusOf(snapshot);
  const progress = find(row, 'progress', HTMLProgressElement);
  progress.ariaLabel = name;
  progress.value = fractionOf(snapshot);
  find(row, '.pause', HTMLElement).textContent = phase === 'paused' ? 'Resume' : 'Pause';
  find(row, '.pause', HTMLElement).hidden = phase !== 'sending' && phase !== 'paused';
  find(row, '.cancel', HTMLElement).hidden = !['preparing', 'sending', 'paused'].includes(phase);
}

/** A page cannot open a file by itself again: whoever chooses it again goes on where it was. */
async function showUnfinished(): Promise<void> {
  const names = (await client.unfinished()).map(({ input: { name } }) => name);
  hint.textContent = `Not finished: ${names.join(', ')}. Choose again to go on.`;
  hint.hidden = names.length === 0;
}

function find<T extends Element>(within: ParentNode, selector: string, kind: new () => T): T {
  const found = within.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${selector}.`);
}
