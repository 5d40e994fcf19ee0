import { useUpload } from '../../client/src/react.js';
import { formatBytes, fractionOf, statusOf } from '../describe.js';

/** One file at a time: chosen, sent, inspected. */
export function Uploader({ onEnded }: { readonly onEnded: () => void }) {
  const { phase, snapshot, upload, pause, resume, cancel } = useUpload();
  const choose = (file: File | undefined): void => {
    if (file) upload(file).then(onEnded, () => undefined);
  };
  return (
    <>
      <label className="choose">
        <strong>Choose a file</strong>
        <span>an unfinished one goes on where it was</span>
        <input
          type="file"
          onChange={({ target }) => {
            choose(target.files?.[0]);
            target.value = '';
          }}
        />
      </label>
      {phase !== 'idle' && (
        <ul>
          <li className="upload" data-phase={phase} data-stage={snapshot.stage}>
            <header>
              <strong className="name">{snapshot.name}</strong>
              <span className="size">{formatBytes(snapshot.sizeBytes)}</span>
            </header>
            <progress max={1} value={fractionOf(snapshot)} />
            <footer>
              <span className="status">{statusOf(snapshot)}</span>
              <span className="actions">
                {phase === 'sending' && <button onClick={pause}>Pause</button>}
                {phase === 'paused' && <button onClick={resume}>Resume</button>}
                {['preparing', 'sending', 'paused'].includes(phase) && (
                  <button onClick={() => void cancel()}>Cancel</button>
                )}
              </span>
            </footer>
          </li>
        </ul>
      )}
    </>
  );
}
