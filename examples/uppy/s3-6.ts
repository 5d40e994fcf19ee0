import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';
import Dashboard from '@uppy/dashboard';
import GoldenRetriever from '@uppy/golden-retriever';
import '@uppy/core/css/style.min.css';
import '@uppy/dashboard/css/style.min.css';
import { DASHBOARD, openPage } from './page.js';
import { s3Options6 } from './s3-6-options.js';

const { lazaret, showFile } = openPage();

const uppy = new Uppy({ id: 's3-6' }).use(Dashboard, DASHBOARD).use(GoldenRetriever);
uppy.use(AwsS3, s3Options6(lazaret, uppy));

uppy.on('upload-success', (_file, { body }) => {
  showFile(String(body?.['key']));
});
// The plugin gives a file up when the line drops, which it may notice only after the network is back.
const RETRIES = 5;
const SETTLE_MS = 1_000;
let retriesLeft = 0;
const goOn = (): void => {
  const hasFailed = uppy.getFiles().some(({ error }) => error !== undefined && error !== null);
  if (!navigator.onLine || !hasFailed || retriesLeft === 0) return;
  retriesLeft -= 1;
  void uppy.retryAll();
};
uppy.on('is-offline', () => (retriesLeft = RETRIES));
uppy.on('back-online', goOn);
uppy.on('upload-error', () => setTimeout(goOn, SETTLE_MS));
