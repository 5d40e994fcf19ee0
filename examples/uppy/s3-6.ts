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
// This version gives up when the connection is lost, and goes on where it was when it is told to.
uppy.on('back-online', () => void uppy.retryAll());
