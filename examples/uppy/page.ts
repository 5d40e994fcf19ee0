import { followVerdicts, type Progress } from './follow-verdict.js';
import { createLazaret, type Lazaret, type LazaretOptions } from './lazaret.js';
import { developmentToken } from './token.js';
import './page.css';

/** Where the API is; the build puts it in. */
declare const API_URL: string;

/** What every page of this example has, whatever sends the bytes. */
export interface Page {
  readonly service: LazaretOptions;
  readonly lazaret: Lazaret;
  /** Shows a file that has arrived, until it is decided; takes the URL of its upload, or its id. */
  readonly showFile: (uploadUrl: string | undefined) => void;
}

/** Everything about the Dashboard that is the same for every version of it. */
export const DASHBOARD = {
  inline: true,
  target: '#dashboard',
  width: '100%',
  height: 460,
  proudlyDisplayPoweredByUppy: false,
  // What has arrived is in quarantine: its URL leads to no content.
  showLinkToFileUploadResult: false,
  note: 'Every file is held back until it has been inspected.',
} as const;

/** Opens the page as the uploader of the first development tenant. */
export function openPage(): Page {
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === location.pathname) link.setAttribute('aria-current', 'page');
  }
  const transport = chooseTransport();
  const service = { url: API_URL, token: developmentToken(API_URL, 'acme-uploader'), transport };
  const follow = followVerdicts(service);
  return {
    service,
    lazaret: createLazaret(service),
    showFile: (uploadUrl) => {
      const fileId = uploadUrl?.split('/').at(-1);
      if (fileId === undefined) return;
      const item = document.createElement('li');
      document.querySelector('#files')?.prepend(item);
      follow(fileId, (progress) => {
        item.dataset['state'] = progress.stage;
        item.replaceChildren(...describe(progress));
      }).catch((error: unknown) => {
        item.replaceChildren(String(error));
      });
    },
  };
}

/** Straight to the store where the address says `?direct`; the box in the header turns it on and off. */
function chooseTransport(): 'PROXIED' | 'DIRECT' {
  const isDirect = location.search === '?direct';
  const box = document.querySelector<HTMLInputElement>('#direct');
  if (box) {
    box.checked = isDirect;
    box.addEventListener('change', () => {
      location.search = box.checked ? '?direct' : '';
    });
    // tus has no other way than through the API.
    box.disabled = location.pathname === '/tus.html';
  }
  return isDirect ? 'DIRECT' : 'PROXIED';
}

function describe({ stage, scannedBytes, file }: Progress): HTMLElement[] {
  const title = element('div', 'title', '');
  title.append(element('strong', 'file-name', file.name), element('span', 'state', stage));
  if (stage === 'SCANNING') return [title, bar(file.name, scannedBytes, file.sizeBytes)];
  const { findings = [], reason } = file.verdict ?? {};
  const found = findings.map(({ code, detail }) => `${code}: ${detail}`);
  const why = found.length > 0 ? found : [reason ?? ''];
  const lines = why.map((text) => element('div', 'detail', text));
  return [title, ...lines, element('div', 'detail sha256', file.sha256 ?? '')];
}

function bar(name: string, value: number, max: number): HTMLElement {
  const progress = document.createElement('progress');
  progress.ariaLabel = name;
  progress.max = Math.max(1, max);
  progress.value = value;
  return progress;
}

function element(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
