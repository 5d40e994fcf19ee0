import { useUpload } from '../../client/src/react.js';
import { UploadRow } from './upload-row.js';

/** One file at a time: chosen, sent, inspected. */
export function Uploader({ onEnded }: { readonly onEnded: () => void }) {
  const uploading = useUpload();
  const choose = (file: File | undefined): void => {
    if (file) uploading.upload(file).then(onEnded, () => undefined);
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
      {uploading.phase !== 'idle' && (
        <ul>
          <UploadRow {...uploading} />
        </ul>
      )}
    </>
  );
}
