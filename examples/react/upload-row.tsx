import type { UseUpload } from '../../client/src/react.js';
import { formatBytes, fractionOf, statusOf } from '../describe.js';

/** Where an upload stands, and what can be done about it. */
export function UploadRow({ phase, snapshot, pause, resume, cancel }: UseUpload) {
  const isOpen = phase === 'preparing' || phase === 'sending' || phase === 'paused';
  return (
    <li className="upload" data-phase={phase} data-stage={snapshot.stage}>
      <header>
        <strong className="name">{snapshot.name}</strong>
        <span className="size">{formatBytes(snapshot.sizeBytes)}</span>
      </header>
      <progress aria-label={snapshot.name} max={1} value={fractionOf(snapshot)} />
      <footer>
        <span className="status" aria-live={phase === 'sending' ? 'off' : 'polite'}>
          {statusOf(snapshot)}
        </span>
        <span className="actions">
          {phase === 'sending' && <button onClick={pause}>Pause</button>}
          {phase === 'paused' && <button onClick={resume}>Resume</button>}
          {isOpen && <button onClick={() => void cancel().catch(() => undefined)}>Cancel</button>}
        </span>
      </footer>
    </li>
  );
}
